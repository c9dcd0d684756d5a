#include "coordinator/report/engine_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/engine_name.h"

namespace fastest::report {

void EngineReport::Result(const v1::TestResult& result, const results::Origin& /*origin*/) {
  ++by_engine_[EngineName(result.engine())];
  if (result.engine_reason().empty()) return;
  Left& left = by_reason_[result.engine_reason()];
  ++left.tests;
  if (list_tests_) left.node_ids.push_back(result.ref().node_id());
}

bool EngineReport::Finished(const results::RunSummary& /*summary*/) {
  out_ << "engines:";
  const char* separator = " ";
  for (const auto& [engine, tests] : by_engine_) {
    out_ << separator << engine << " " << tests;
    separator = ", ";
  }
  out_ << (by_engine_.empty() ? " no tests\n" : "\n");
  // The reasons that cost most come first.
  std::vector<const std::pair<const std::string, Left>*> reasons;
  reasons.reserve(by_reason_.size());
  for (const auto& entry : by_reason_) reasons.push_back(&entry);
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto* a, const auto* b) { return a->second.tests > b->second.tests; });
  for (const auto* entry : reasons) {
    out_ << absl::StrCat("  left to pytest's: ", entry->second.tests, " (", entry->first, ")\n");
    for (const std::string& node_id : entry->second.node_ids) out_ << "    " << node_id << "\n";
  }
  out_.flush();
  return true;
}

}  // namespace fastest::report
