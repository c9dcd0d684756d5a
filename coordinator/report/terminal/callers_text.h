// What a person reads beside pytest's own text, where pytest called for the run and shows it (--controller): what tests
// write past pytest's capture, and lines about the run itself.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_CALLERS_TEXT_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_CALLERS_TEXT_H_

#include <ostream>
#include <string>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Not thread-safe. Every piece is written at once.
class CallersText : public Reporter {
 public:
  // `err` gets the lines. Both must outlive the reporter.
  CallersText(std::ostream& out, std::ostream& err) : out_(out), err_(err) {}

  void RunStarted(const results::RunStart& run) override { run_ = run; }
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Output(const v1::WorkerMessage::Output& output, const results::Origin& origin) override;
  void Note(const std::string& text) override;
  // Names the tests that were not run, unless pytest says why: by -x, for example.
  bool Finished(const results::RunSummary& summary) override;

 private:
  std::ostream& out_;
  std::ostream& err_;
  results::RunStart run_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_CALLERS_TEXT_H_
