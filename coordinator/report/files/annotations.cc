#include "coordinator/report/files/annotations.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "coordinator/report/text/outcome_words.h"
#include "coordinator/report/text/test_report.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

constexpr size_t kMost = 10;

std::string Data(const std::string& text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}

std::string Property(const std::string& text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}, {":", "%3A"}, {",", "%2C"}});
}

}  // namespace

void Annotations::Add(const std::string& level, const std::string& path, int line, const std::string& title,
                      const std::string& message) {
  std::string file = absl::StartsWith(path, "/") || rootdir_.empty() ? path : absl::StrCat(rootdir_, "/", path);
  if (!workspace_.empty() && absl::StartsWith(file, workspace_ + "/")) file = file.substr(workspace_.size() + 1);
  std::string text = absl::StrCat("::", level, " file=", Property(file));
  if (line > 0) absl::StrAppend(&text, ",line=", line);
  absl::StrAppend(&text, ",title=", Property(title), "::", Data(message), "\n");
  (level == "error" ? errors_ : warnings_).push_back(std::move(text));
}

void Annotations::Result(const v1::TestResult& result, const results::Origin& origin) {
  const std::string& node_id = ShownId(result);
  const std::string path = result.location_path().empty() ? std::string(ModuleOf(node_id)) : result.location_path();
  if (result.outcome() != v1::FAILED && result.outcome() != v1::ERROR) {
    if (origin.attempt < 2) return;
    Add("warning", path, result.location_line() + 1, absl::StrCat(node_id, " is flaky"),
        absl::StrCat("It passed at attempt ", origin.attempt, "."));
    return;
  }
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (phase.outcome() != "failed" || !phase.subtest().empty()) continue;
    const std::string& message = phase.crash_message().empty() ? phase.longrepr() : phase.crash_message();
    const bool counts = result.quarantined().empty();
    const std::string label = result.has_label() ? absl::StrCat("\n", LabelText(result.label())) : "";
    Add(counts ? "error" : "warning", path, result.location_line() + 1, node_id,
        absl::StrCat(counts ? "" : absl::StrCat("quarantined: ", result.quarantined(), "\n"), message, label));
    return;
  }
}

void Annotations::Collect(const v1::CollectReport& report) {
  if (report.outcome() != "failed") return;
  Add("error", std::string(ModuleOf(report.node_id())), 1, absl::StrCat("collecting ", report.node_id()),
      report.crash_message().empty() ? report.longrepr() : report.crash_message());
}

bool Annotations::Finished(const results::RunSummary& /*summary*/) {
  for (const std::vector<std::string>* texts : {&errors_, &warnings_}) {
    for (size_t i = 0; i < std::min(texts->size(), kMost); ++i) out_ << (*texts)[i];
  }
  out_.flush();
  return true;
}

}  // namespace fastest::report
