// --shadow P%: genuine pytest runs a share of a run's batches, too. The user learns where pytest disagrees.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_SHADOW_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_SHADOW_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coordinator/python/verdicts.h"
#include "coordinator/report/reporter.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// The batches that pytest is to run again, and the outcomes of their tests. The run's id and a batch's number decide
// whether it is in the sample. All batches are equally likely. Not thread-safe.
class ShadowSample {
 public:
  // `share` is from 0 to 1.
  explicit ShadowSample(double share) : share_(share) {}

  void Begin(const std::string& run_id) { run_id_ = run_id; }
  bool Wants(uint64_t lease_id) const;
  void Add(const v1::TestResult& result);

  // Batch by batch, each in the order of its run.
  std::vector<v1::TestRef> Tests() const;
  size_t batches() const { return tests_.size(); }
  const python::Verdicts& verdicts() const { return verdicts_; }

 private:
  const double share_;
  std::string run_id_;
  std::map<uint64_t, std::vector<v1::TestRef>> tests_;
  python::Verdicts verdicts_;
};

// Fills `sample`, which must outlive it.
class ShadowReporter final : public report::Reporter {
 public:
  explicit ShadowReporter(ShadowSample* sample) : sample_(sample) {}
  void RunStarted(const results::RunStart& run) override { sample_->Begin(run.run_id); }
  void Result(const v1::TestResult& result, const results::Origin& origin) override;

 private:
  ShadowSample* const sample_;
};

// After the run: has pytest run the sample, and says on standard error whether it agrees. The run's exit code stays.
void CompareWithShadow(const ShadowSample& sample, const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_SHADOW_H_
