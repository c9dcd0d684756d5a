#include "coordinator/discovery/discovery.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "coordinator/discovery/project/arguments.h"
#include "coordinator/discovery/project/collection_options.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/rules/conftests.h"
#include "coordinator/discovery/rules/import_finder.h"
#include "coordinator/discovery/rules/module_tests.h"
#include "coordinator/discovery/rules/test_selection.h"
#include "coordinator/discovery/rules/walk.h"
#include "coordinator/discovery/store/fact_store.h"

namespace fastest::discovery {
namespace {

// A module to collect, and the argument that selects its tests.
struct Wanted {
  std::string path;
  const Argument* argument;
  bool maybe_ignored;
};

std::vector<Wanted> WantedModules(const std::vector<Argument>& arguments, Walker& walker) {
  std::vector<Wanted> wanted;
  for (const Argument& argument : arguments) {
    if (!argument.is_directory) {
      wanted.push_back({argument.path, &argument, false});
      continue;
    }
    for (WalkedFile& file : walker.Walk(argument.path)) {
      wanted.push_back({std::move(file.path), &argument, file.maybe_ignored});
    }
  }
  return wanted;
}

// A file outside of the rootdir gets the name by which the argument led to it.
std::string NodeIdOf(const Wanted& wanted, const ProjectConfig& project) {
  if (IsWithin(wanted.path, project.rootdir)) return std::string(RelativePath(wanted.path, project.rootdir));
  const std::string_view relative = RelativePath(wanted.path, wanted.argument->path);
  return std::string(relative == "." ? "" : relative);
}

// Keeps only the tests that the argument asks for.
void Select(const Argument& argument, FoundModule& module) {
  if (argument.names.empty()) return;
  std::vector<FoundTest> selected;
  for (FoundTest& test : module.tests) {
    const std::string_view id = std::string_view(test.node_id).substr(module.node_id.size());
    if (argument.Selects(id, test.exact)) selected.push_back(std::move(test));
  }
  module.tests = std::move(selected);
  if (module.tests.empty()) module.open_reasons.push_back(absl::StrCat("not found: ", argument.text));
}

void Deselect(const std::vector<std::string>& prefixes, FoundModule& module) {
  if (prefixes.empty()) return;
  std::vector<FoundTest> remaining;
  for (FoundTest& test : module.tests) {
    bool remains = true;
    for (const std::string& prefix : prefixes) remains = remains && !absl::StartsWith(test.node_id, prefix);
    if (remains) remaining.push_back(std::move(test));
  }
  module.tests = std::move(remaining);
}

// Adds the file's absolute imports, up to the first dot.
void AddImports(const File& file, std::set<std::string_view>& names) {
  for (const Binding& binding : file.bindings) {
    if (binding.kind != BindingKind::kImport) continue;
    const std::string_view name = std::string_view(binding.detail).substr(0, binding.detail.find('.'));
    if (!name.empty()) names.insert(name);
  }
}

}  // namespace

int Discovery::count() const {
  int sum = 0;
  for (const FoundModule& module : modules) sum += module.count();
  return sum;
}

absl::StatusOr<Discovery> Discover(const ProjectConfig& project, const DiscoveryOptions& options) {
  const CollectionOptions collection = CollectionOptionsOf(project, options);
  ASSIGN_OR_RETURN(const std::vector<Argument> arguments,
                   ResolveArguments(project, options, collection.keep_duplicates));
  RealClock clock;
  FactStore store(options.cache_path, options.threads, clock);
  Conftests conftests(store, project.rootdir, collection.confcutdir, !collection.no_conftest);
  Walker walker(project, collection, arguments, conftests);
  const std::vector<Wanted> wanted = WantedModules(arguments, walker);

  std::vector<std::string> paths;
  paths.reserve(wanted.size());
  for (const Wanted& module : wanted) paths.push_back(module.path);
  store.Load(paths);

  Discovery discovery;
  CollectionRules rules = RulesOf(project);
  rules.selection = TestSelection(collection.marks, collection.keywords);
  ImportFinder imports(store, collection.prepends_paths);
  discovery.modules.reserve(wanted.size());
  std::set<std::string_view> imported;
  for (const Wanted& module : wanted) {
    const ModuleContext& context = conftests.ContextOf(std::string(ParentPath(module.path)));
    FoundModule found;
    if (absl::EndsWith(module.path, ".py")) {
      const SourceFile& file = imports.FileAt(module.path);
      AddImports(*file.facts, imported);
      found = CollectModule(file, NodeIdOf(module, project), rules, context, imports);
    } else {
      found.node_id = NodeIdOf(module, project);
      found.open_reasons.push_back("not a Python file");
    }
    if (module.maybe_ignored) found.open_reasons.push_back("a conftest file may ignore it");
    Select(*module.argument, found);
    Deselect(collection.deselect, found);
    const auto& reasons = found.open_reasons;
    if (std::find(reasons.begin(), reasons.end(), kLoadsPlugins) != reasons.end()) {
      // From here on these plugins have a say in all modules.
      discovery.open_reasons.push_back(absl::StrCat(found.node_id, " ", kLoadsPlugins));
    }
    discovery.modules.push_back(std::move(found));
  }
  for (const auto& conftest : conftests.all()) AddImports(*conftest->file, imported);
  discovery.imports.assign(imported.begin(), imported.end());
  const auto add = [&discovery](const std::vector<std::string>& reasons) {
    discovery.open_reasons.insert(discovery.open_reasons.end(), reasons.begin(), reasons.end());
  };
  add(collection.open_reasons);
  if (!rules.selection.open_reason().empty()) discovery.open_reasons.push_back(rules.selection.open_reason());
  add(walker.open_reasons());
  add(conftests.open_reasons());
  // If the cache cannot be written, the next run takes some milliseconds longer. Nothing else happens.
  store.Save().IgnoreError();
  return discovery;
}

}  // namespace fastest::discovery
