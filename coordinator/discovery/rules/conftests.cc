#include "coordinator/discovery/rules/conftests.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/project/pattern.h"

namespace fastest::discovery {
namespace {

// Hooks that decide what is collected, and in which order.
constexpr std::string_view kCollectionHooks[] = {
    "pytest_collect_directory",      "pytest_collect_file",         "pytest_collection",
    "pytest_collection_modifyitems", "pytest_deselected",           "pytest_generate_tests",
    "pytest_ignore_collect",         "pytest_itemcollected",        "pytest_load_initial_conftests",
    "pytest_make_collect_report",    "pytest_make_parametrize_id",  "pytest_plugins",
    "pytest_pycollect_makeitem",     "pytest_pycollect_makemodule",
};

bool IsCollectionHook(std::string_view name) {
  return std::find(std::begin(kCollectionHooks), std::end(kCollectionHooks), name) != std::end(kCollectionHooks);
}

bool Binds(const File& file, std::string_view name) {
  return std::any_of(file.bindings.begin(), file.bindings.end(),
                     [name](const Binding& binding) { return binding.name == name; });
}

}  // namespace

void Conftests::Judge(const Conftest& conftest) {
  const std::string name(RelativePath(JoinPath(conftest.directory, "conftest.py"), rootdir_));
  const File& file = *conftest.file;
  if (!file.unreadable.empty()) open_reasons_.push_back(absl::StrCat(name, ": ", file.unreadable));
  for (const std::string& reason : file.more_reasons) open_reasons_.push_back(absl::StrCat(name, ": ", reason));
  if (file.collect_ignore.computed || file.collect_ignore_glob.computed)
    open_reasons_.push_back(absl::StrCat(name, " computes collect_ignore"));
  for (const Binding& binding : file.bindings) {
    // These two are said where they matter: test by test.
    if (binding.name == "pytest_generate_tests" || binding.name == "pytest_make_parametrize_id") continue;
    if (!IsCollectionHook(binding.name)) continue;
    open_reasons_.push_back(
        absl::StrCat(name, binding.name == "pytest_plugins" ? " loads plugins: " : " implements ", binding.name));
  }
}

const Conftests::Chain& Conftests::ChainOf(const std::string& directory) {
  const auto known = chains_.find(directory);
  if (known != chains_.end()) return known->second;
  Chain chain;
  if (directory != "/") chain = ChainOf(std::string(ParentPath(directory)));
  // Directories above the cut don't count; those elsewhere do.
  const bool counts = enabled_ && (directory == confcutdir_ || !IsWithin(confcutdir_, directory));
  const std::string path = counts ? JoinPath(directory, "conftest.py") : "";
  if (counts && IsFile(path)) {
    const File& file = store_.Get(path);
    const std::string name(RelativePath(path, rootdir_));
    conftests_.push_back(std::make_unique<Conftest>(Conftest{directory, &file, FixtureLevel::OfFile(file, name)}));
    Judge(*conftests_.back());
    chain.push_back(conftests_.back().get());
  }
  return chains_.emplace(directory, std::move(chain)).first->second;
}

const ModuleContext& Conftests::ContextOf(const std::string& directory) {
  const auto known = contexts_.find(directory);
  if (known != contexts_.end()) return known->second;
  ModuleContext result;
  for (const Conftest* const conftest : ChainOf(directory)) {
    result.levels.push_back(&conftest->level);
    const std::string& name = conftest->level.origin();
    if (Binds(*conftest->file, "pytest_generate_tests"))
      result.open_reason = absl::StrCat(name, " implements pytest_generate_tests");
    if (Binds(*conftest->file, "pytest_make_parametrize_id")) {
      result.parametrize_reason = absl::StrCat(name, " implements pytest_make_parametrize_id");
    }
  }
  return contexts_.emplace(directory, std::move(result)).first->second;
}

Conftests::Verdict Conftests::Ignores(const std::string& directory, const std::string& path) {
  const Chain& chain = ChainOf(directory);
  const auto is_listed = [&](IgnoreList File::*list, const auto& matches) {
    // Only the nearest conftest file that has the list counts.
    for (auto conftest = chain.rbegin(); conftest != chain.rend(); ++conftest) {
      const IgnoreList& ignored = (*conftest)->file->*list;
      if (!ignored.is_set) continue;
      const auto names_path = [&](const std::string& entry) {
        return matches(AbsolutePath((*conftest)->directory, entry));
      };
      if (std::any_of(ignored.certain.begin(), ignored.certain.end(), names_path)) return Verdict::kYes;
      return std::any_of(ignored.possible.begin(), ignored.possible.end(), names_path) ? Verdict::kMaybe : Verdict::kNo;
    }
    return Verdict::kNo;
  };
  if (chain.empty()) return Verdict::kNo;
  return std::max(
      is_listed(&File::collect_ignore, [&path](const std::string& entry) { return entry == path; }),
      is_listed(&File::collect_ignore_glob, [&path](const std::string& entry) { return MatchesPattern(path, entry); }));
}

}  // namespace fastest::discovery
