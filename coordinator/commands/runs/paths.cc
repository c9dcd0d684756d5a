#include "coordinator/commands/runs/paths.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/spelling.h"
#include "base/status_macros.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/options/addopts.h"
#include "coordinator/python/start_files.h"
#include "proto/test_id.h"

namespace fastest::commands {
namespace {

// A conftest with one of these may read options of its own, change the
// arguments, or write files.
const std::vector<std::string> kMayMakePaths = {"pytest_addoption",    "pytest_load_initial_conftests",
                                                "pytest_cmdline",      "pytest_configure",
                                                "pytest_sessionstart", "pytest_collection",
                                                "pytest_plugins",      "config.args"};

std::vector<std::string> EntriesOf(const std::string& directory) {
  std::vector<std::string> names;
  // In a directory that cannot be read there is nothing to suggest.
  std::error_code ignored;
  for (auto entry = std::filesystem::directory_iterator(directory, ignored);
       !ignored && entry != std::filesystem::directory_iterator(); entry.increment(ignored)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

}  // namespace

absl::Status CheckPaths(const options::CommandLine& line, const discovery::ProjectConfig& project,
                        const request::Request& request) {
  const std::string& directory = request.discovery.invocation_dir;
  if (request.run.names_modules) return absl::OkStatus();
  for (const std::string& text : request.discovery.args) {
    const std::string path = discovery::AbsolutePath(directory, std::string(ModuleOf(text)));
    if (discovery::PathExists(path)) continue;
    ASSIGN_OR_RETURN(const options::CommandLine whole,
                     options::WithAddopts(line, project.addopts, request.discovery.environment_words));
    if (!whole.unknown.empty() || whole.Has("-p")) return absl::OkStatus();
    if (python::ConftestsMention({project, directory, line.paths}, kMayMakePaths)) return absl::OkStatus();
    const std::string nearest = NearestPath(directory, text);
    return absl::NotFoundError(absl::StrCat("file or directory not found: ", text,
                                            nearest.empty() ? "" : absl::StrCat("\n  did you mean ", nearest, "?")));
  }
  return absl::OkStatus();
}

std::string NearestPath(const std::string& directory, const std::string& text) {
  const std::string path(ModuleOf(text));
  std::string found = path.empty() || path[0] != '/' ? "" : "/";
  size_t begin = found.size();
  while (begin < path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    std::string name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty()) continue;
    const std::string folder = discovery::AbsolutePath(directory, found);
    if (!discovery::PathExists(discovery::JoinPath(folder, name))) {
      const std::vector<std::string> entries = EntriesOf(folder);
      std::string nearest = NearestSpelling(name, entries);
      if (nearest.empty()) nearest = NearestSpelling(name + ".py", entries);
      if (nearest.empty() && discovery::IsFile(discovery::JoinPath(folder, name + ".py"))) nearest = name + ".py";
      if (nearest.empty()) return "";
      name = std::move(nearest);
    }
    found = found.empty() ? name : discovery::JoinPath(found, name);
  }
  if (!discovery::PathExists(discovery::AbsolutePath(directory, found))) return "";
  return found + text.substr(path.size());
}

}  // namespace fastest::commands
