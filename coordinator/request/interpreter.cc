#include "coordinator/request/interpreter.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/project/path.h"

namespace fastest::request {
namespace {

std::string GivenPython(const ValueReader& reader, const Invocation& invocation) {
  std::string given = reader.Text("--python");
  const bool is_path = given.find('/') != std::string::npos || given[0] == '~';
  return is_path ? invocation.Absolute(given) : given;
}

// ".venv" or "venv" beside the ini-file, or in a folder between the ini-file and the rootdir. Empty: there is none.
std::string ProjectsOwnPython(const discovery::ProjectConfig& project) {
  std::string_view folder = project.inifile.empty() ? project.rootdir : discovery::ParentPath(project.inifile);
  while (true) {
    for (const char* const name : {".venv", "venv"}) {
      std::string python = absl::StrCat(std::string(folder), "/", name, "/bin/python");
      if (access(python.c_str(), X_OK) == 0 && discovery::IsFile(python)) return python;
    }
    if (folder == project.rootdir) return "";
    folder = discovery::IsWithin(folder, project.rootdir) ? discovery::ParentPath(folder) : project.rootdir;
  }
}

bool HasPytest(const std::string& environment) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(environment + "/lib", ignored)) {
    if (absl::StartsWith(entry.path().filename().string(), "python") &&
        std::filesystem::exists(entry.path() / "site-packages/pytest/__init__.py", ignored)) {
      return true;
    }
  }
  return false;
}

std::string WhatWasLookedAt(const discovery::ProjectConfig& project, const Invocation& invocation) {
  const std::string ini_folder =
      project.inifile.empty() ? project.rootdir : std::string(discovery::ParentPath(project.inifile));
  std::string text =
      absl::StrCat("no environment is active (VIRTUAL_ENV, CONDA_PREFIX), there is no .venv or venv in ", ini_folder);
  if (ini_folder != project.rootdir) absl::StrAppend(&text, " or above, up to ", project.rootdir);
  if (!invocation.own_environment.empty()) {
    absl::StrAppend(&text, ", and no pytest in ", invocation.own_environment, ", where this program is installed");
  }
  return text;
}

}  // namespace

Interpreter FindInterpreter(const ValueReader& reader, const discovery::ProjectConfig& project,
                            const Invocation& invocation) {
  if (reader.Has("--python")) return {GivenPython(reader, invocation), ""};
  if (const std::string active = invocation.Variable("VIRTUAL_ENV"); !active.empty()) {
    return {active + "/bin/python", ""};
  }
  const std::string conda = invocation.Variable("CONDA_PREFIX");
  const bool is_base = invocation.Variable("CONDA_DEFAULT_ENV") == "base";
  if (!conda.empty() && !is_base) return {conda + "/bin/python", ""};
  if (std::string own = ProjectsOwnPython(project); !own.empty()) return {own, ""};
  if (!conda.empty()) return {conda + "/bin/python", ""};
  const std::string& here = invocation.own_environment;
  if (!here.empty() && HasPytest(here)) return {here + "/bin/python", ""};
  return {"python3", WhatWasLookedAt(project, invocation)};
}

std::string EnvironmentOf(const std::string& executable) {
  const std::string prefix(discovery::ParentPath(discovery::ParentPath(executable)));
  for (const char* const mark : {"/pyvenv.cfg", "/conda-meta"}) {
    if (access((prefix + mark).c_str(), F_OK) == 0) return prefix;
  }
  return "";
}

}  // namespace fastest::request
