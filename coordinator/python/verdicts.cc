#include "coordinator/python/verdicts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fastest::python {
namespace {

using Json = nlohmann::json;

std::set<std::string> Keys(const Verdicts& one, const Verdicts& other) {
  std::set<std::string> keys;
  for (const Verdicts* verdicts : {&one, &other}) {
    for (const auto& [node_id, outcomes] : verdicts->tests) keys.insert(node_id);
  }
  return keys;
}

std::string OutcomesOf(const Verdicts& verdicts, const std::string& node_id) {
  const auto found = verdicts.tests.find(node_id);
  return found == verdicts.tests.end() ? "nothing" : absl::StrJoin(found->second, " ");
}

std::string Said(const std::string& what, const std::string& pytest, const std::string& fastest) {
  return absl::StrCat(what, ": pytest ", pytest, ", fastest ", fastest);
}

}  // namespace

int Verdicts::count() const {
  size_t count = 0;
  for (const auto& [node_id, outcomes] : tests) count += outcomes.size();
  return static_cast<int>(count);
}

absl::StatusOr<Verdicts> ParseVerdicts(const std::string& json) {
  Verdicts verdicts;
  try {
    const Json parsed = Json::parse(json);
    verdicts.exit_code = parsed.at("exit_code");
    verdicts.python_version = parsed.at("python");
    verdicts.pytest_version = parsed.at("pytest");
    for (const auto& [node_id, outcomes] : parsed.at("tests").items()) {
      verdicts.tests[node_id] = outcomes.get<std::vector<std::string>>();
    }
    for (const auto& [node_id, outcome] : parsed.at("collectors").items()) verdicts.collectors[node_id] = outcome;
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return verdicts;
}

std::set<std::string> Unsteady(const Verdicts& first, const Verdicts& second) {
  std::set<std::string> unsteady;
  for (const std::string& node_id : Keys(first, second)) {
    if (OutcomesOf(first, node_id) != OutcomesOf(second, node_id)) unsteady.insert(node_id);
  }
  return unsteady;
}

std::vector<std::string> Differences(const Verdicts& pytest, const Verdicts& fastest,
                                     const std::set<std::string>& unsteady) {
  std::vector<std::string> found;
  // An unsteady test may decide the exit code.
  if (pytest.exit_code != fastest.exit_code && unsteady.empty()) {
    found.push_back(Said("exit code", absl::StrCat(pytest.exit_code), absl::StrCat(fastest.exit_code)));
  }
  for (const std::string& node_id : Keys(pytest, fastest)) {
    if (unsteady.count(node_id) > 0) continue;
    const std::string of_pytest = OutcomesOf(pytest, node_id);
    const std::string of_fastest = OutcomesOf(fastest, node_id);
    if (of_pytest != of_fastest) found.push_back(Said(node_id, of_pytest, of_fastest));
  }
  std::map<std::string, std::string> collectors = pytest.collectors;
  collectors.insert(fastest.collectors.begin(), fastest.collectors.end());
  for (const auto& [node_id, ignored] : collectors) {
    const auto of = [id = node_id](const Verdicts& verdicts) {
      const auto outcome = verdicts.collectors.find(id);
      return outcome == verdicts.collectors.end() ? std::string("nothing") : outcome->second;
    };
    if (of(pytest) != of(fastest)) {
      found.push_back(Said(absl::StrCat("collecting ", node_id), of(pytest), of(fastest)));
    }
  }
  return found;
}

}  // namespace fastest::python
