#include "coordinator/report/terminal/callers_text.h"

#include "absl/strings/str_cat.h"
#include "coordinator/report/terminal/summary_sections.h"
#include "coordinator/report/text/display_path.h"
#include "coordinator/report/text/terminal_text.h"
#include "proto/exit_code.h"

namespace fastest::report {

void CallersText::WorkerLost(const results::Origin& origin, const std::string& how) {
  Note(absl::StrCat(origin.worker, " ended: ", how));
}

void CallersText::Attempt(const v1::TestResult& result, const results::Origin&) {
  Note(absl::StrCat(result.ref().node_id(), " failed, and is run again"));
}

void CallersText::Output(const v1::WorkerMessage::Output& output, const results::Origin&) {
  (output.stream() == v1::WorkerMessage::Output::STDERR ? err_ : out_) << output.data() << std::flush;
}

// pytest finds these lines by their first word.
void CallersText::Note(const std::string& text) { err_ << "fastest: " << text << std::endl; }

bool CallersText::Finished(const results::RunSummary& summary) {
  const bool is_loud = !summary.books.balanced || !summary.books.disagreements.empty() ||
                       (!summary.books.not_run.empty() && summary.exit_code >= kNotRun);
  if (!is_loud) return true;
  TerminalOptions options;
  TerminalText text(err_, options.color, options.columns);
  const DisplayPath paths(run_.rootdir, run_.invocation_dir);
  PrintNotRun({text, options, paths}, summary);
  text.Flush();
  return true;
}

}  // namespace fastest::report
