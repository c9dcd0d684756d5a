#include "coordinator/python/start_files.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/process/executable.h"
#include "coordinator/discovery/project/path.h"
#include "proto/test_id.h"

namespace fastest::python {
namespace {

bool IsModuleName(absl::string_view word) {
  constexpr size_t kLongest = 200;
  return !word.empty() && word.size() < kLongest && !absl::ascii_isdigit(static_cast<unsigned char>(word[0])) &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; });
}

// Reads files, each once, until one has a word.
class Search {
 public:
  Search(const std::vector<std::string>& words, std::vector<std::string> module_folders)
      : words_(words), module_folders_(std::move(module_folders)) {}

  bool found() const { return found_; }

  void Read(const std::string& path) {
    if (found_ || !seen_.insert(path).second) return;
    const absl::StatusOr<std::string> text = discovery::ReadFile(path);
    if (!text.ok()) return;
    found_ = std::any_of(words_.begin(), words_.end(),
                         [&](const std::string& word) { return absl::StrContains(*text, word); });
    if (found_ || !absl::StrContains(*text, "pytest_plugins")) return;
    const std::string folder(discovery::ParentPath(path));
    for (const absl::string_view word : absl::StrSplit(*text, absl::ByAnyChar("'\"\n"))) {
      if (!IsModuleName(word)) continue;
      ReadModuleIn(folder, std::string(word));
      ReadModule(std::string(word));
    }
  }

  // From the folders where the project's modules are.
  void ReadModule(const std::string& name) {
    for (const std::string& folder : module_folders_) ReadModuleIn(folder, name);
  }

  void ReadModuleIn(const std::string& folder, const std::string& name) {
    const std::string stem = discovery::JoinPath(folder, absl::StrReplaceAll(name, {{".", "/"}}));
    Read(stem + ".py");
    Read(stem + "/__init__.py");
  }

 private:
  const std::vector<std::string>& words_;
  const std::vector<std::string> module_folders_;
  std::set<std::string> seen_;
  bool found_ = false;
};

std::vector<std::string> ModuleFolders(const discovery::ProjectConfig& project, const std::string& invocation_dir) {
  std::vector<std::string> folders = {project.rootdir, invocation_dir};
  const auto setting = project.ini.find("pythonpath");
  if (setting == project.ini.end()) return folders;
  const std::string base =
      project.inifile.empty() ? project.rootdir : std::string(discovery::ParentPath(project.inifile));
  for (const absl::string_view path : absl::StrSplit(setting->second, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
    folders.push_back(discovery::AbsolutePath(base, std::string(path)));
  }
  return folders;
}

// The folders whose conftests pytest loads at its start, without those above.
std::vector<std::string> Anchors(const StartFiles& start) {
  std::vector<std::string> anchors = {start.invocation_dir};
  const auto add = [&](const std::string& text) {
    std::string path = discovery::AbsolutePath(start.invocation_dir, std::string(ModuleOf(text)));
    anchors.push_back(discovery::IsDirectory(path) ? std::move(path) : std::string(discovery::ParentPath(path)));
  };
  for (const std::string& path : start.paths) add(path);
  for (const std::string& pattern : start.project.testpaths) {
    for (const std::string& path : discovery::Glob(start.invocation_dir, pattern)) add(path);
  }
  return anchors;
}

}  // namespace

bool ConftestsMention(const StartFiles& start, const std::vector<std::string>& words) {
  Search search(words, ModuleFolders(start.project, start.invocation_dir));
  for (const std::string& anchor : Anchors(start)) {
    for (std::string_view folder = anchor;; folder = discovery::ParentPath(folder)) {
      search.Read(discovery::JoinPath(folder, "conftest.py"));
      if (folder == "/") break;
    }
    for (const std::string& file : discovery::Glob(anchor, "test*/conftest.py")) {
      search.Read(discovery::JoinPath(anchor, file));
    }
  }
  for (const std::string& plugin : start.plugins) search.ReadModule(plugin);
  return search.found();
}

bool InstalledPluginsMention(const std::string& python, const std::vector<std::string>& words) {
  Search search(words, {});
  // The modules of the section pytest11: "name = module:object" each.
  const absl::StatusOr<std::string> program = FindProgram(python);
  if (!program.ok()) return false;
  const std::string prefix(discovery::ParentPath(discovery::ParentPath(*program)));
  for (const std::string& file : discovery::Glob(prefix, "lib/python3*/*-packages/*.dist-info/entry_points.txt")) {
    const absl::StatusOr<std::string> text = discovery::ReadFile(discovery::JoinPath(prefix, file));
    if (!text.ok()) continue;
    bool in_section = false;
    for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
      if (absl::StartsWith(line, "[")) in_section = absl::StartsWith(line, "[pytest11]");
      const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
      if (!in_section || parts.size() != 2) continue;
      const absl::string_view object = absl::StripAsciiWhitespace(parts[1]);
      const std::string module(object.substr(0, object.find_first_of(":[ ")));
      if (module == "xdist" || absl::StartsWith(module, "xdist.")) continue;
      const std::string packages(discovery::ParentPath(discovery::ParentPath(file)));
      search.ReadModuleIn(discovery::JoinPath(prefix, packages), module);
    }
  }
  return search.found();
}

}  // namespace fastest::python
