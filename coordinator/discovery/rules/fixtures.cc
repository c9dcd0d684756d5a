#include "coordinator/discovery/rules/fixtures.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::discovery {
namespace {

constexpr std::string_view kKnownFixtures[] = {
    "LineMatcher",
    "benchmark",
    "cache",
    "caplog",
    "capfd",
    "capfdbinary",
    "capsys",
    "capsysbinary",
    "capteesys",
    "class_mocker",
    "doctest_namespace",
    "faker",
    "freezer",
    "httpx_mock",
    "linecomp",
    "mocker",
    "module_mocker",
    "monkeypatch",
    "package_mocker",
    "pytestconfig",
    "pytester",
    "record_property",
    "record_testsuite_property",
    "record_xml_attribute",
    "recwarn",
    "request",
    "requests_mock",
    "session_mocker",
    "subtests",
    "testdir",
    "testrun_uid",
    "tmp_path",
    "tmp_path_factory",
    "tmpdir",
    "tmpdir_factory",
    "worker_id",
};

bool Contains(const std::vector<std::string_view>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

bool IsKnownFixture(std::string_view name) {
  return std::find(std::begin(kKnownFixtures), std::end(kKnownFixtures), name) != std::end(kKnownFixtures);
}

void FixtureLevel::Add(const File& file, const std::vector<Binding>& bindings, bool is_method) {
  for (const Binding& binding : bindings) {
    if (binding.kind == BindingKind::kImport) {
      imports_.try_emplace(binding.name, &binding.detail);
      continue;
    }
    if (binding.kind != BindingKind::kFunction) continue;
    const Function& function = file.functions[static_cast<size_t>(binding.index)];
    if (function.decorated == nullptr || function.decorated->fixture == nullptr) continue;
    const Fixture& fixture = *function.decorated->fixture;
    const std::string_view name = fixture.name.empty() ? std::string_view(binding.name) : fixture.name;
    const bool method = is_method && !function.decorated->is_static;
    // A class's own definition comes before those of its ancestors.
    const bool is_new = definitions_.try_emplace(name, Definition{&function, method, binding.conditional}).second;
    if (is_new && fixture.autouse) autouse_.push_back(name);
  }
}

FixtureLevel FixtureLevel::OfFile(const File& file, std::string origin) {
  FixtureLevel level;
  level.origin_ = std::move(origin);
  level.Add(file, file.bindings, /*is_method=*/false);
  return level;
}

FixtureLevel FixtureLevel::OfClass(const std::vector<ClassPlace>& types) {
  FixtureLevel level;
  for (const ClassPlace& type : types) level.Add(*type.file->facts, type.type->bindings, /*is_method=*/true);
  return level;
}

const FixtureLevel::Definition* FixtureLevel::Find(std::string_view name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : &found->second;
}

const std::string* FixtureLevel::ImportOf(std::string_view name) const {
  const auto found = imports_.find(name);
  return found == imports_.end() ? nullptr : found->second;
}

FixtureClosure CloseFixtures(const FixtureLevels& levels, const std::vector<std::string_view>& initial,
                             const std::vector<std::string_view>& direct,
                             const std::vector<std::string_view>& indirect) {
  FixtureClosure closure;
  const auto open = [&closure](std::string reason) {
    if (closure.open_reason.empty()) closure.open_reason = std::move(reason);
  };
  for (const std::string_view name : initial) {
    if (!Contains(closure.names, name)) closure.names.push_back(name);
  }
  const size_t initial_count = closure.names.size();
  // The list grows during the loop.
  for (size_t i = 0; i < closure.names.size(); ++i) {
    const std::string_view name = closure.names[i];
    if (Contains(direct, name)) continue;
    bool found = false;
    bool settled = Contains(indirect, name);
    // From the innermost definition outwards, as long as each asks for the one that it hides.
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      const FixtureLevel::Definition* const definition = (*level)->Find(name);
      if (definition == nullptr) {
        if (const std::string* const origin = (*level)->ImportOf(name)) {
          open(absl::StrCat("fixture ", std::string(name), " is imported from ", *origin));
          found = true;
          break;
        }
        continue;
      }
      found = true;
      const Function& function = *definition->function;
      const Fixture& fixture = *function.decorated->fixture;
      if (definition->conditional || function.odd_arguments) {
        open(absl::StrCat("fixture ", std::string(name), " is not certain"));
      }
      if (fixture.parametrized && !settled) {
        closure.parametrized.push_back(&fixture);
        closure.parametrized_directly.push_back(i < initial_count);
        settled = true;
      }
      bool asks_for_hidden = false;
      for (size_t k = definition->is_method ? 1 : 0; k < function.arguments.size(); ++k) {
        const std::string_view argument = function.arguments[k];
        if (argument == name) {
          asks_for_hidden = true;
        } else if (!Contains(closure.names, argument)) {
          closure.names.push_back(argument);
        }
      }
      if (!asks_for_hidden) break;
    }
    if (!found && !IsKnownFixture(name)) {
      open(absl::StrCat("fixture ", std::string(name), " is not defined in this project"));
    }
  }
  return closure;
}

}  // namespace fastest::discovery
