// Keeps pytest's own cache (.pytest_cache): what failed last, and which tests there were. Workers leave the cache
// alone, as those of pytest-xdist do, and the program that runs them writes it. So a user can change between pytest and
// Fastest from run to run (--lf, --ff, --nf).
#ifndef FASTEST_COORDINATOR_REPORT_FILES_PYTEST_CACHE_H_
#define FASTEST_COORDINATOR_REPORT_FILES_PYTEST_CACHE_H_

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <string>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Does nothing in a run of one session, which keeps the cache itself, or if pytest has no cache (-p no:cacheprovider).
// Not thread-safe.
class PytestCache : public Reporter {
 public:
  // If the cache cannot be written, there is one warning on `err`, which must outlive the reporter. The run never fails
  // for it, as in pytest.
  explicit PytestCache(std::ostream& err) : err_(err) {}

  void RunStarted(const results::RunStart& run) override;
  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  using Json = nlohmann::ordered_json;

  // Writes `value` for a key such as "cache/lastfailed". Returns false after the first failure to write.
  bool Write(const std::string& key, const Json& value);

  std::ostream& err_;
  // Absolute. Empty: nothing is kept.
  std::string folder_;
  // Node ids with the value `true`, in pytest's order: that of their first failures.
  Json saved_ = Json::object();
  Json failed_ = Json::object();
  std::set<std::string> node_ids_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_PYTEST_CACHE_H_
