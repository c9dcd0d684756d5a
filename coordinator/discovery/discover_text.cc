#include "coordinator/discovery/discover_text.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fastest::discovery {
namespace {

constexpr size_t kTypicalLine = 64;

std::string Counted(int count, const char* what) { return absl::StrCat(count, " ", what, count == 1 ? "" : "s"); }

}  // namespace

std::string DiscoverText(const Discovery& discovery) {
  std::string text;
  size_t lines = 0;
  for (const FoundModule& module : discovery.modules) lines += module.tests.size();
  text.reserve(lines * kTypicalLine);

  int open = static_cast<int>(discovery.open_reasons.size());
  for (const std::string& reason : discovery.open_reasons) absl::StrAppend(&text, "[open: ", reason, "]\n");
  int files = 0;
  for (const FoundModule& module : discovery.modules) {
    if (!module.tests.empty() || !module.open_reasons.empty()) ++files;
    if (!module.open_reasons.empty()) {
      absl::StrAppend(&text, module.node_id, "  [open: ", absl::StrJoin(module.open_reasons, "; "), "]\n");
      ++open;
    }
    for (const FoundTest& test : module.tests) {
      text += test.node_id;
      if (!test.exact) {
        absl::StrAppend(&text, "  [open: ", test.open_reason, ", ~", test.count, "]");
        ++open;
      }
      text += '\n';
    }
  }
  absl::StrAppend(&text, text.empty() ? "" : "\n", Counted(discovery.count(), "test"), " in ", Counted(files, "file"));
  if (open > 0) absl::StrAppend(&text, " (", open, " open)");
  text += '\n';
  return text;
}

}  // namespace fastest::discovery
