#include "coordinator/options/flag_table.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "base/spelling.h"
#include "coordinator/options/own_flags.h"
#include "coordinator/options/pytest_flags.h"

namespace fastest::options {
namespace {

// In the order of --help, where a group stands at the place of its first row.
std::vector<Flag> MakeTable() {
  std::vector<Flag> table;
  for (const auto make : {RunFlags, FarmFlags, AskFlags, ReportFlags, OrderFlags, ChoosingFlags, TerminalFlags,
                          ConfigurationFlags, LogFlags, AskPytestFlags, WholeRunFlags, InteractiveFlags, XdistFlags}) {
    const std::vector<Flag> flags = make();
    table.insert(table.end(), flags.begin(), flags.end());
  }
  return table;
}

}  // namespace

const std::vector<Flag>& FlagTable() {
  static const auto* const kTable = new std::vector<Flag>(MakeTable());
  return *kTable;
}

const Flag* FindFlag(const std::string& main_name) {
  const auto flag = std::find_if(FlagTable().begin(), FlagTable().end(),
                                 [&main_name](const Flag& known) { return MainName(known) == main_name; });
  return flag == FlagTable().end() ? nullptr : &*flag;
}

bool AsksElse(const Flag& flag) {
  return flag.handling == Handling::kAsked || flag.handling == Handling::kText ||
         flag.handling == Handling::kInteractive;
}

std::vector<std::string> Names(const Flag& flag) { return absl::StrSplit(flag.names, ','); }

std::string MainName(const Flag& flag) { return Names(flag).back(); }

std::string NearestOption(const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  if (name.rfind("--", 0) != 0) return "";
  std::vector<std::string> known;
  for (const Flag& flag : FlagTable()) {
    const std::vector<std::string> names = Names(flag);
    known.insert(known.end(), names.begin(), names.end());
  }
  return NearestSpelling(name, known, /*common=*/2);
}

}  // namespace fastest::options
