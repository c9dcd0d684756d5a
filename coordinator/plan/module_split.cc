#include "coordinator/plan/module_split.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace fastest::plan {
namespace {

// How far from the equal cut a class border may lie, as a fraction of a part.
constexpr double kClassBorderReach = 0.15;

// A test is long if it lasts more than this fraction of a part. A test beside it is short if it lasts at most this
// fraction of the long one.
constexpr double kLongLast = 0.25;

size_t NumberOfParts(size_t tests, double body_s, double setup_s, const SplitLimits& limits) {
  double parts = static_cast<double>(tests);
  if (limits.max_part_s > setup_s) parts = std::min(parts, std::ceil(body_s / (limits.max_part_s - setup_s)));
  if (setup_s > 0) parts = std::min(parts, std::floor(std::sqrt((limits.slots - 1) * body_s / setup_s)));
  if (limits.min_part_s > 0) parts = std::min(parts, std::floor(body_s / limits.min_part_s));
  return static_cast<size_t>(std::max(parts, 1.0));
}

// The one of `places` (ascending) at which `elapsed` is nearest to `target`; 0 if there are no places.
size_t Nearest(const std::vector<size_t>& places, const std::vector<double>& elapsed, double target) {
  if (places.empty()) return 0;
  auto after = std::lower_bound(places.begin(), places.end(), target,
                                [&](size_t place, double t) { return elapsed[place] < t; });
  if (after == places.begin()) return *after;
  const size_t before = *(after - 1);
  if (after == places.end() || target - elapsed[before] < elapsed[*after] - target) return before;
  return *after;
}

// Where the cuts would be if tests could be divided: seconds of the body before each part but the first.
std::vector<double> TargetsOf(size_t parts, double body_s, double setup_s, const SplitLimits& limits) {
  const double part_s = body_s / static_cast<double>(parts);
  std::vector<double> targets;
  double begin_s = 0;
  const auto cut_until = [&](double end_s, double piece_s) {
    const int pieces = std::max(1, static_cast<int>(std::lround((end_s - begin_s) / piece_s)));
    for (int i = 1; i <= pieces; ++i) targets.push_back(begin_s + (end_s - begin_s) * i / pieces);
    begin_s = end_s;
  };
  // A piece is worth its set-up only if it is a few times as long.
  const double least_s = std::max(limits.min_part_s, 4 * setup_s);
  const double tail_s = part_s / 2 >= least_s ? limits.tail_share * body_s : 0;
  if (tail_s < body_s) cut_until(body_s - tail_s, part_s);
  if (tail_s > 0) {
    cut_until(body_s - tail_s / 2, part_s / 2);
    cut_until(body_s, part_s / 4 >= least_s ? part_s / 4 : part_s / 2);
  }
  targets.pop_back();  // The module's end.
  return targets;
}

}  // namespace

std::string_view ParentOf(std::string_view node_id) {
  // The name of a folder may hold "[".
  const size_t names = node_id.find("::");
  if (names == std::string_view::npos) return node_id;
  const size_t parameters = node_id.find('[', names);
  return node_id.substr(0, node_id.substr(0, parameters).rfind("::"));
}

Border BorderBetween(std::string_view before, std::string_view after) {
  return ParentOf(before) == ParentOf(after) ? Border::kTest : Border::kClass;
}

std::vector<size_t> ChooseCuts(const Body& body, const SplitLimits& limits) {
  const size_t tests = body.seconds.size();
  // elapsed[i]: seconds before test i.
  std::vector<double> elapsed(tests + 1, 0);
  for (size_t i = 0; i < tests; ++i) elapsed[i + 1] = elapsed[i] + body.seconds[i];
  const double body_s = elapsed.back();
  if (limits.slots < 2 || body.setup_s + body_s <= limits.max_part_s) return {};
  const size_t parts = NumberOfParts(tests, body_s, body.setup_s, limits);
  if (parts < 2) return {};

  std::vector<size_t> test_borders;
  std::vector<size_t> class_borders;
  for (size_t i = 1; i < tests; ++i) {
    if (body.borders[i] != Border::kNone) test_borders.push_back(i);
    if (body.borders[i] == Border::kClass) class_borders.push_back(i);
  }

  const double reach_s = kClassBorderReach * body_s / static_cast<double>(parts);
  std::vector<size_t> cuts;
  double longest_s = 0;
  double price_s = 0;
  size_t last = 0;
  for (const double target : TargetsOf(parts, body_s, body.setup_s, limits)) {
    const auto distance = [&](size_t cut) { return std::abs(elapsed[cut] - target); };
    size_t cut = Nearest(test_borders, elapsed, target);
    const size_t class_cut = Nearest(class_borders, elapsed, target);
    if (class_cut > last && distance(class_cut) <= reach_s + body.repeats_s[cut]) cut = class_cut;
    // A worker holds back the last test of a batch until it has the next batch, which then waits behind that test. So
    // the last test should be a short one.
    const bool ends_long = cut > 0 && body.seconds[cut - 1] > kLongLast * limits.max_part_s;
    if (ends_long && cut + 1 < tests && body.borders[cut + 1] != Border::kNone &&
        body.seconds[cut] <= kLongLast * body.seconds[cut - 1]) {
      ++cut;
    }
    if (cut <= last || elapsed[cut] - elapsed[last] < limits.min_part_s || body_s - elapsed[cut] < limits.min_part_s)
      continue;
    longest_s = std::max(longest_s, elapsed[cut] - elapsed[last]);
    price_s += body.setup_s + body.repeats_s[cut];
    cuts.push_back(cut);
    last = cut;
  }
  longest_s = std::max(longest_s, body_s - elapsed[last]);

  // A single long test may leave little to gain.
  if ((limits.slots - 1) * (body_s - longest_s) <= price_s) return {};
  return cuts;
}

}  // namespace fastest::plan
