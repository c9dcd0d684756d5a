#include "coordinator/discovery/rules/import_finder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "coordinator/discovery/project/path.h"

namespace fastest::discovery {
namespace {

// Longer chains of re-exports are circles.
constexpr int kMaxDepth = 10;

}  // namespace

const SourceFile& ImportFinder::FileAt(const std::string& path) {
  const auto [found, is_new] = files_.try_emplace(path);
  if (is_new) found->second = SourceFile{&store_.Get(path), path};
  return found->second;
}

const std::string& ImportFinder::BaseOf(const std::string& directory) {
  const auto known = bases_.find(directory);
  if (known != bases_.end()) return known->second;
  const bool package = directory != "/" && IsFile(JoinPath(directory, "__init__.py"));
  std::string base = package ? BaseOf(std::string(ParentPath(directory))) : directory;
  return bases_.emplace(directory, std::move(base)).first->second;
}

std::string ImportFinder::ModuleFile(const std::string& directory, std::string_view dotted) {
  std::string path = directory;
  std::string_view rest = dotted;
  while (!rest.empty()) {
    const size_t dot = rest.find('.');
    path = JoinPath(path, rest.substr(0, dot));
    rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
  }
  const auto [known, is_new] = module_files_.try_emplace(path);
  if (!is_new) return known->second;
  std::string file;
  // A package hides a module of the same name.
  if (const std::string package = JoinPath(path, "__init__.py"); IsFile(package)) {
    file = package;
  } else if (IsFile(path + ".py")) {
    file = path + ".py";
  }
  return module_files_[path] = file;
}

ImportFinder::Found ImportFinder::Find(const std::string& path, std::string_view origin, int depth) {
  if (depth > kMaxDepth || origin.empty()) return {};
  std::string directory(ParentPath(path));
  if (origin[0] == '.') {
    if (!IsFile(JoinPath(directory, "__init__.py"))) return {};
    origin.remove_prefix(1);
    for (; !origin.empty() && origin[0] == '.'; origin.remove_prefix(1)) directory = ParentPath(directory);
  } else {
    if (!by_path_) return {};
    directory = BaseOf(directory);
  }
  const size_t dot = origin.rfind('.');
  const std::string_view module = dot == std::string_view::npos ? "" : origin.substr(0, dot);
  const std::string_view name = dot == std::string_view::npos ? origin : origin.substr(dot + 1);
  const std::string file_path = ModuleFile(directory, module);
  // A module that imports from itself, through a circle of packages, is not done yet.
  if (file_path.empty() || file_path == path) return {};
  const SourceFile& file = FileAt(file_path);
  // A star import, or code that writes to globals(), may bind the name anew.
  if (!file.facts->unreadable.empty() || !file.facts->more_reasons.empty()) return {};
  const auto binding = std::find_if(file.facts->bindings.begin(), file.facts->bindings.end(),
                                    [name](const Binding& candidate) { return candidate.name == name; });
  if (binding == file.facts->bindings.end() || binding->conditional) return {};
  if (binding->kind == BindingKind::kImport) {
    return binding->index == kModuleImport ? Found() : Find(file_path, binding->detail, depth + 1);
  }
  return {&file, &*binding};
}

}  // namespace fastest::discovery
