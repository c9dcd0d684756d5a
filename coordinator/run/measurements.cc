#include "coordinator/run/measurements.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "coordinator/plan/module_split.h"

namespace fastest::run {
namespace {

char LetterOf(const v1::TestResult& result, int attempt) {
  if (result.outcome() == v1::FAILED || result.outcome() == v1::ERROR) return history::kFailed;
  return attempt > 1 ? history::kFlaky : history::kDidNotFail;
}

// Of values that were seen several times: a split module is set up on several workers.
struct Mean {
  double sum = 0;
  int count = 0;
  void Add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return count > 0 ? sum / count : 0; }
};

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void Measurements::Collected(const std::string& module, double collect_s) {
  if (collect_s <= 0) return;
  double& known = collect_s_[module];
  known = std::max(known, collect_s);
}

void Measurements::Add(const std::string& worker, const std::string& module, const v1::TestResult& result, int position,
                       int attempt) {
  Test test;
  test.node = names_.Intern(result.ref().node_id());
  test.position = position;
  const std::string_view scope = plan::ParentOf(result.ref().node_id());
  const auto [last, is_first] = last_.try_emplace(worker);
  test.opens_session = is_first;
  test.opens_module = is_first || last->second.module != module;
  test.opens_class = scope != module && (test.opens_module || last->second.scope != scope);
  if (test.opens_module) last->second.module = module;
  if (last->second.scope != scope) last->second.scope = scope;
  test.outcome = LetterOf(result, attempt);
  if (result.reason() != v1::REASON_NONE) {
    unmeasured_.push_back({names_[names_.Intern(module)], names_[test.node], std::numeric_limits<double>::quiet_NaN(),
                           position, test.outcome});
    return;
  }
  double setup_s = 0;
  double rest_s = 0;
  for (const v1::Phase& phase : result.phases()) (phase.when() == "setup" ? setup_s : rest_s) += phase.duration_s();
  test.setup_s = static_cast<float>(setup_s);
  test.rest_s = static_cast<float>(rest_s);
  tests_[module].push_back(std::move(test));
}

Measurements::Measured Measurements::Take() {
  Measured measured;
  measured.tests = std::exchange(unmeasured_, {});
  for (const auto& [module, tests] : tests_) Tell(module, tests, &measured);
  // Nothing is known of the fixtures of a module that only opened a worker's session. How long making its items took
  // is.
  for (const auto& [module, seconds] : collect_s_) measured.setup_s.try_emplace(module, seconds);
  tests_.clear();
  collect_s_.clear();
  return measured;
}

Measurements::Measured Measurements::TakeSettled() {
  Measured measured;
  for (auto it = tests_.begin(); it != tests_.end();) {
    const auto is_usual = [](const Test& test) { return !test.opens_module && !test.opens_class; };
    if (std::none_of(it->second.begin(), it->second.end(), is_usual)) {
      ++it;
      continue;
    }
    Tell(it->first, it->second, &measured);
    if (const auto collect = collect_s_.find(it->first); collect != collect_s_.end()) {
      measured.setup_s.try_emplace(collect->first, collect->second);
      collect_s_.erase(collect);
    }
    it = tests_.erase(it);
  }
  return measured;
}

void Measurements::Tell(const std::string& module_name, const Tests& tests, Measured* measured) {
  const auto class_of = [this](const Test& test) { return std::string(plan::ParentOf(names_[test.node])); };
  const std::string& module = names_[names_.Intern(module_name)];
  std::vector<double> usual;
  for (const Test& test : tests) {
    if (!test.opens_module && !test.opens_class) usual.push_back(test.setup_s);
  }
  const double usual_s = Median(std::move(usual));
  Mean fixtures;
  std::unordered_map<std::string, Mean> classes;
  for (const Test& test : tests) {
    const double above_s = std::max(0.0, double{test.setup_s} - usual_s);
    if (test.opens_module && !test.opens_session && !test.opens_class) fixtures.Add(above_s);
    if (test.opens_class && !test.opens_module) classes[class_of(test)].Add(above_s);
  }
  for (const Test& test : tests) {
    // A test that opens both tells only the sum of both. What is not known to be the class's is the module's.
    if (!test.opens_module || !test.opens_class || test.opens_session) continue;
    const auto known = classes.find(class_of(test));
    const double class_s = known == classes.end() ? 0 : known->second.value();
    fixtures.Add(std::max(0.0, double{test.setup_s} - usual_s - class_s));
  }
  for (const auto& [name, seconds] : classes) measured->setup_s[name] = seconds.value();
  const auto collect = collect_s_.find(module);
  if (fixtures.count > 0) {
    measured->setup_s[module] = fixtures.value() + (collect == collect_s_.end() ? 0 : collect->second);
  }
  for (const Test& test : tests) {
    const bool opens = test.opens_module || test.opens_class;
    const double own_s = opens ? std::min<double>(test.setup_s, usual_s) : test.setup_s;
    measured->tests.push_back({module, names_[test.node], own_s + test.rest_s, test.position, test.outcome});
  }
}

}  // namespace fastest::run
