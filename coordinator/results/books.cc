#include "coordinator/results/books.h"

#include "absl/strings/str_cat.h"

namespace fastest::results {
namespace {

std::string TestsText(int count) { return absl::StrCat(count, count == 1 ? " test" : " tests"); }

}  // namespace

void NotRunCount::Add(const NotRun& not_run) {
  if (!not_run.ref.node_id().empty()) {
    ++tests_;
  } else if (not_run.tests > 0) {
    tests_ += not_run.tests;
  } else if (!not_run.module.empty()) {
    ++unknown_files_;
  } else {
    unknown_rest_ = true;
  }
}

std::string NotRunCount::Text() const {
  const bool complete = unknown_files_ == 0 && !unknown_rest_;
  if (tests_ > 0 || complete) return absl::StrCat(complete ? "" : "at least ", TestsText(tests_));
  if (unknown_rest_) return "tests that no worker had collected";
  return absl::StrCat("the tests of ", unknown_files_, unknown_files_ == 1 ? " file" : " files");
}

std::string NotRunSuffix(const NotRun& not_run) {
  if (!not_run.ref.node_id().empty()) return "";
  if (!not_run.module.empty()) return not_run.tests > 0 ? absl::StrCat(" (", TestsText(not_run.tests), ")") : "";
  return not_run.tests > 0 ? TestsText(not_run.tests) : "tests";
}

NotRunCount Books::CountNotRun() const {
  NotRunCount count;
  for (const NotRun& test : not_run) count.Add(test);
  return count;
}

}  // namespace fastest::results
