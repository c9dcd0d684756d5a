// The reporters of one run, and the moment from which they are told what happens. Belongs to the run's thread; errors
// are the reporters' own.
//
// Reporters exist from the start, but a report begins with RunStarted, and what that says is known only when the first
// worker is ready: the version of pytest, its header, and the options as pytest resolved them (-v, --tb, --maxfail …).
// Until then nobody is told, except that the run was announced (Reporter::RunAnnounced, by the caller). The run keeps
// what reports need to know of the time before, and tells it after Begin().
#ifndef FASTEST_COORDINATOR_REPORT_RUN_REPORTS_H_
#define FASTEST_COORDINATOR_REPORT_RUN_REPORTS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/reporter.h"
#include "coordinator/report/tee.h"
#include "coordinator/results/run_facts.h"
#include "coordinator/results/run_summary.h"
#include "proto/run.pb.h"

namespace fastest::report {

class RunReports {
 public:
  using Reporters = std::vector<std::unique_ptr<Reporter>>;
  using Stream = v1::WorkerMessage::Output::Stream;
  // Shows the bytes to the user.
  using Show = std::function<void(Stream, const std::string&)>;

  RunReports(Reporters reporters, Show show)
      : show_(std::move(show)), there_is_one_(!reporters.empty()), all_(std::move(reporters)) {}
  RunReports(const RunReports&) = delete;
  RunReports& operator=(const RunReports&) = delete;

  // Once.
  void Begin(const results::RunStart& start);
  // All reporters as one. Before Begin(): a reporter that does nothing.
  Reporter& all() { return *told_; }

  // What the user is to see in any case. It comes by a reporter if there is one that was told of the run, else
  // directly.
  void Note(const std::string& text);
  void Output(const v1::WorkerMessage::Output& output, const results::Origin& origin);
  // pytest's own text, and what is not about a run.
  void ShowDirectly(Stream stream, const std::string& text) { show_(stream, text); }

  // The last call. False if a report is not complete.
  bool Finish(const results::RunSummary& summary) {
    return told_ == &all_ ? all_.Finished(summary) : all_.Abandoned(summary);
  }

 private:
  bool IsTold() const { return there_is_one_ && told_ == &all_; }

  const Show show_;
  const bool there_is_one_;
  Tee all_;
  Reporter nobody_;
  Reporter* told_ = &nobody_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_RUN_REPORTS_H_
