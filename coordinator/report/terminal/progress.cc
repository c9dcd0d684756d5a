#include "coordinator/report/terminal/progress.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/report/text/test_report.h"
#include "coordinator/report/text/text_width.h"
#include "proto/test_id.h"

namespace fastest::report {

void Progress::Expected(int tests, bool exact) {
  expected_ = tests;
  exact_ = exact;
}

void Progress::ModuleExpected(const std::string& name, int tests) {
  Module& module = modules_[name];
  module.expected = tests;
  if (module.reported == tests && !module.marks.empty()) ShowModule(name, module, true);
}

void Progress::Result(const v1::TestResult& result, const std::vector<v1::Phase>& phases) {
  if (options_.test_cases() > 0) {
    ShowTest(result, phases);
    return;
  }
  std::vector<Mark> marks;
  for (const v1::Phase& phase : phases) {
    if (!phase.letter().empty()) marks.push_back({phase.letter(), OutcomeStyle(phase), marks.empty()});
  }
  if (options_.test_cases() < 0) {
    for (const Mark& mark : marks) ShowMark(mark);
    return;
  }
  const std::string name(ModuleOf(result.ref().node_id()));
  Module& module = modules_[name];
  if (module.marks.empty()) module.since = modules_seen_++;
  module.marks.insert(module.marks.end(), marks.begin(), marks.end());
  ++module.reported;
  if (module.reported == module.expected) ShowModule(name, module, true);
}

void Progress::Finish(int collected, bool stopped) {
  if (collected > 0) Expected(collected, true);
  std::vector<std::map<std::string, Module>::iterator> left;
  for (auto module = modules_.begin(); module != modules_.end(); ++module) {
    if (!module->second.marks.empty()) left.push_back(module);
  }
  std::sort(left.begin(), left.end(), [](auto a, auto b) { return a->second.since < b->second.since; });
  for (auto module : left) ShowModule(module->first, module->second, !stopped || module != left.back());
  if (options_.test_cases() < 0 && options_.ShowsProgress() && shown_ > 0 && !stopped) ShowPercentageAtEdge();
}

void Progress::ShowModule(const std::string& name, Module& module, bool with_percentage) {
  text_.EnsureNewline();
  text_.Write(paths_.Path(name) + " ");
  for (const Mark& mark : module.marks) ShowMark(mark);
  module.marks.clear();
  if (options_.ShowsProgress() && with_percentage) ShowPercentageAtEdge();
  text_.Write("\n");
}

void Progress::ShowMark(const Mark& mark) {
  if (mark.begins_test) ++shown_;
  text_.Write(mark.letter, mark.style);
  // The last percentage waits until everything is over.
  if (!options_.ShowsProgress() || (exact_ && shown_ == expected_)) return;
  // " [2147483647/2147483647]" is the longest possible text. Most marks are far from the edge.
  constexpr int kLongest = 24;
  if (text_.column() + kLongest + 1 < text_.columns()) return;
  const std::string percentage = Percentage();
  if (text_.column() + static_cast<int>(percentage.size()) + 1 < text_.columns()) return;
  text_.Write(percentage + "\n", {color_.Get(false)});
}

void Progress::ShowTest(const v1::TestResult& result, const std::vector<v1::Phase>& phases) {
  bool begins_test = true;
  const std::string location = LocationLine(result);
  for (const v1::Phase& phase : phases) {
    if (phase.letter().empty() && phase.word().empty()) continue;
    if (begins_test) ++shown_;
    begins_test = false;
    text_.EnsureNewline();
    text_.Write(location + " ");
    text_.Write(phase.word(), OutcomeStyle(phase));
    const std::string reason = phase.outcome() == "skipped" || phase.xfail() ? ShortReason(phase) : "";
    if (!reason.empty() && options_.test_cases() < 2) {
      // As in pytest: space for the percentage and one column.
      const int room = text_.columns() - text_.column() - 7 - 1;
      text_.Write(FitMessage(" (", reason, ")", room).value_or(""));
    } else if (!reason.empty()) {
      text_.Write(WrapWords(" (" + reason + ")", text_.column(), text_.columns() - 8));
    }
    if (options_.ShowsProgress()) ShowPercentageAtEdge();
    text_.Write("\n");
  }
}

std::string Progress::LocationLine(const v1::TestResult& result) const {
  std::string line = paths_.NodeId(ShownId(result));
  const std::string& domain = result.domain();
  if (!domain.empty() && line.size() > domain.size() &&
      line.compare(line.size() - domain.size(), domain.size(), domain) == 0) {
    // A domain with dots names classes. A node id separates them by colons.
    line.resize(line.size() - domain.size());
    const size_t parameters = std::min(domain.find('['), domain.size());
    for (size_t i = 0; i < domain.size(); ++i) {
      if (i < parameters && domain[i] == '.') {
        line += "::";
      } else {
        line += domain[i];
      }
    }
  }
  const std::string& path = result.location_path();
  if (options_.verbosity >= 2 && !path.empty() && path != ModuleOf(ShownId(result))) {
    absl::StrAppend(&line, " <- ", path[0] == '/' ? paths_.Path(path) : path);
  }
  return line;
}

std::string Progress::Percentage() {
  // No number is better than a wrong one.
  if (!exact_ && expected_ == 0) return options_.ShowsCounts() ? absl::StrFormat(" [%d/?]", shown_) : " [  ?%]";
  // The expected number may be an estimate. Never say "done" too early, nor more than that.
  const int expected = exact_ ? std::max(expected_, shown_) : std::max(expected_, shown_ + 1);
  if (options_.ShowsCounts()) {
    const int digits = static_cast<int>(std::to_string(expected).size());
    return absl::StrFormat(" [%*d/%d]", digits, shown_, expected);
  }
  percentage_ = std::max(percentage_, static_cast<int>(int64_t{100} * shown_ / std::max(expected, 1)));
  return absl::StrFormat(" [%3d%%]", percentage_);
}

void Progress::ShowPercentageAtEdge() {
  const bool finished = exact_ && shown_ >= expected_;
  text_.Write(PadLeft(Percentage(), text_.columns() - text_.column() - 1), {color_.Get(finished)});
}

}  // namespace fastest::report
