#include "coordinator/options/flag_table.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/str_split.h"
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

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
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

std::string NearestSpelling(const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  if (name.rfind("--", 0) != 0) return "";
  std::string best;
  // A third of the letters wrong is another word, not a slip.
  size_t best_distance = std::max<size_t>(1, (name.size() - 2) / 3) + 1;
  for (const Flag& flag : FlagTable()) {
    for (const std::string& known : Names(flag)) {
      const size_t distance = EditDistance(name, known);
      if (distance < best_distance) {
        best_distance = distance;
        best = known;
      }
    }
  }
  return best == name ? "" : best;
}

}  // namespace fastest::options
