#include "coordinator/plan/module_split.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace fastest::plan {
namespace {

// How far from the equal cut a class border may lie, as a fraction of a part.
constexpr double kClassBorderReach = 0.15;

// Node id without the last name: the class, or the file for a test outside classes.
std::string_view Parent(std::string_view node_id) {
  // Parameters may hold "::", and a folder's name may hold "[".
  const size_t names = node_id.find("::");
  if (names == std::string_view::npos) return node_id;
  const size_t parameters = node_id.find('[', names);
  return node_id.substr(0, node_id.substr(0, parameters).rfind("::"));
}

size_t NumberOfParts(size_t tests, double body_s, double setup_s, const SplitLimits& limits) {
  double parts = static_cast<double>(tests);
  if (limits.max_part_s > setup_s) parts = std::min(parts, std::ceil(body_s / (limits.max_part_s - setup_s)));
  if (setup_s > 0) parts = std::min(parts, std::floor(std::sqrt((limits.slots - 1) * body_s / setup_s)));
  if (limits.min_part_s > 0) parts = std::min(parts, std::floor(body_s / limits.min_part_s));
  return static_cast<size_t>(std::max(parts, 1.0));
}

// Of `places` (ascending) the one at which `elapsed` comes nearest to `target`; 0 if there are none.
size_t Nearest(const std::vector<size_t>& places, const std::vector<double>& elapsed, double target) {
  if (places.empty()) return 0;
  auto after = std::lower_bound(places.begin(), places.end(), target,
                                [&](size_t place, double t) { return elapsed[place] < t; });
  if (after == places.begin()) return *after;
  const size_t before = *(after - 1);
  if (after == places.end() || target - elapsed[before] < elapsed[*after] - target) return before;
  return *after;
}

}  // namespace

Border BorderBetween(const std::string& before, const std::string& after) {
  return Parent(before) == Parent(after) ? Border::kTest : Border::kClass;
}

std::vector<size_t> ChooseCuts(const std::vector<double>& seconds, const std::vector<Border>& borders, double setup_s,
                               const SplitLimits& limits) {
  // elapsed[i]: seconds before test i.
  std::vector<double> elapsed(seconds.size() + 1, 0);
  for (size_t i = 0; i < seconds.size(); ++i) elapsed[i + 1] = elapsed[i] + seconds[i];
  const double body_s = elapsed.back();
  if (limits.slots < 2 || setup_s + body_s <= limits.max_part_s) return {};
  const size_t parts = NumberOfParts(seconds.size(), body_s, setup_s, limits);
  if (parts < 2) return {};

  std::vector<size_t> test_borders;
  std::vector<size_t> class_borders;
  for (size_t i = 1; i < seconds.size(); ++i) {
    if (borders[i] != Border::kNone) test_borders.push_back(i);
    if (borders[i] == Border::kClass) class_borders.push_back(i);
  }

  const double part_s = body_s / static_cast<double>(parts);
  std::vector<size_t> cuts;
  double longest_s = 0;
  size_t last = 0;
  for (size_t i = 1; i < parts; ++i) {
    const double target = part_s * static_cast<double>(i);
    size_t cut = Nearest(class_borders, elapsed, target);
    if (cut == 0 || std::abs(elapsed[cut] - target) > kClassBorderReach * part_s)
      cut = Nearest(test_borders, elapsed, target);
    if (cut <= last || elapsed[cut] - elapsed[last] < limits.min_part_s || body_s - elapsed[cut] < limits.min_part_s)
      continue;
    longest_s = std::max(longest_s, elapsed[cut] - elapsed[last]);
    cuts.push_back(cut);
    last = cut;
  }
  longest_s = std::max(longest_s, body_s - elapsed[last]);

  // A single long test may have left little to gain.
  const double gain_s = (limits.slots - 1) * (body_s - longest_s);
  const double price_s = setup_s * static_cast<double>(cuts.size());
  if (gain_s <= price_s) return {};
  return cuts;
}

}  // namespace fastest::plan
