#include "coordinator/report/run_reports.h"

#include "absl/strings/str_cat.h"

namespace fastest::report {

void RunReports::Begin(const results::RunStart& start) {
  told_ = &all_;
  told_->RunStarted(start);
}

void RunReports::Note(const std::string& text) {
  if (IsTold()) {
    told_->Note(text);
  } else {
    show_(v1::WorkerMessage::Output::STDERR, absl::StrCat("fastest: ", text, "\n"));
  }
}

void RunReports::Output(const v1::WorkerMessage::Output& output, const results::Origin& origin) {
  if (output.stream() != v1::WorkerMessage::Output::TERMINAL && IsTold()) {
    told_->Output(output, origin);
  } else {
    show_(output.stream(), output.data());
  }
}

}  // namespace fastest::report
