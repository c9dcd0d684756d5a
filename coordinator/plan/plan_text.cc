#include "coordinator/plan/plan_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/test_id.h"

namespace fastest::plan {
namespace {

std::string Count(size_t n, const char* one) {
  return absl::StrCat(n, " ", one, n == 1 ? "" : one[0] == 'b' ? "es" : "s");
}

std::string NameOf(const v1::Batch& batch) {
  if (!batch.module().empty()) {
    if (batch.boundaries().empty()) return batch.module();
    return absl::StrCat(batch.module(), ", part ", batch.part() + 1, " of ", batch.boundaries_size() + 1);
  }
  std::string name = batch.tests_size() > 0 ? std::string(ModuleOf(batch.tests(0).node_id())) : "";
  std::set<std::string> files;
  for (const v1::TestRef& ref : batch.tests()) files.emplace(ModuleOf(ref.node_id()));
  if (files.size() > 1) absl::StrAppend(&name, " and ", Count(files.size() - 1, "more file"));
  return absl::StrCat(name, ", ", Count(static_cast<size_t>(batch.tests_size()), "test"),
                      batch.together() ? ", kept together" : "");
}

// Batches that are given out together, as one line.
struct Unit {
  std::string name;
  size_t batches = 0;
  double seconds = 0;
  double setup_s = 0;
};

std::vector<Unit> UnitsOf(const Plan& plan) {
  std::vector<Unit> units;
  for (size_t i = 0; i < plan.batches.size(); ++i) {
    const PlannedBatch& batch = plan.batches[i];
    if (i == 0 || batch.unit != plan.batches[i - 1].unit) units.push_back({NameOf(batch.batch), 0, 0, 0});
    ++units.back().batches;
    units.back().seconds += batch.predicted_s;
    units.back().setup_s += batch.setup_s;
  }
  return units;
}

}  // namespace

std::string PlanText(const Plan& plan, const PlanTextOptions& options) {
  const std::vector<Unit> units = UnitsOf(plan);
  std::map<std::string, int> split;
  for (const PlannedBatch& planned : plan.batches) {
    if (planned.batch.boundaries_size() > 0) split[planned.batch.module()] = planned.batch.boundaries_size() + 1;
  }
  size_t merged = 0;
  size_t merged_units = 0;
  for (const Unit& unit : units) {
    if (unit.batches < 2) continue;
    merged += unit.batches;
    ++merged_units;
  }
  std::string text =
      absl::StrFormat("Plan for %s: %s in %s\n", Count(static_cast<size_t>(std::max(options.slots, 1)), "slot"),
                      Count(plan.tests, "test"), Count(plan.batches.size(), "batch"));
  absl::StrAppendFormat(&text, "  predicted     %9.2f s\n", plan.makespan_s);
  absl::StrAppendFormat(&text, "  at the least  %9.2f s  (%.2f s of work, set-up included, over the slots)\n",
                        plan.floor_s, plan.work_s);
  if (!plan.longest_test.empty()) {
    absl::StrAppendFormat(&text, "  longest test  %9.2f s  %s\n", plan.longest_test_s, plan.longest_test);
  }
  if (!options.measured) absl::StrAppend(&text, "  no past run is known: all tests are taken to last equally long\n");
  for (const auto& [module, parts] : split)
    absl::StrAppend(&text, "  split         ", module, " into ", parts, " parts\n");
  if (merged > 0) {
    absl::StrAppend(&text, "  merged        ", Count(merged, "short module"), " given out ",
                    Count(merged_units, "time"), "\n");
  }
  if (units.empty()) return text;
  absl::StrAppendFormat(&text, "\n%5s %11s %11s  %s\n", "order", "seconds", "of them", "batch");
  absl::StrAppendFormat(&text, "%5s %11s %11s\n", "", "", "set-up");
  for (size_t i = 0; i < std::min(units.size(), options.max_lines); ++i) {
    const Unit& unit = units[i];
    absl::StrAppendFormat(
        &text, "%5d %11.3f %11.3f  %s\n", i + 1, unit.seconds, unit.setup_s,
        unit.batches == 1 ? unit.name : absl::StrCat(unit.name, " and ", Count(unit.batches - 1, "more module")));
  }
  if (units.size() > options.max_lines) {
    absl::StrAppend(&text, "      ... and ", units.size() - options.max_lines, " more (-v lists them all)\n");
  }
  return text;
}

}  // namespace fastest::plan
