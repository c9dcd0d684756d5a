#include "coordinator/python/module_paths.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "coordinator/python/python_script.h"

namespace fastest::python {
namespace {

// Arguments: the ini options consider_namespace_packages ("1" or "") and pythonpath (lines), then names. Writes for
// each name the path and a zero byte; the path is empty if there is no such module. A conftest file in the directory
// where pytest starts puts that directory in front of the search path.
constexpr char kScript[] = R"py(
import importlib.util, os, sys
namespaces, paths, *names = sys.argv[1:]
sys.path[:0] = paths.splitlines()
if os.path.isfile("conftest.py") and not os.path.isfile("__init__.py"):
    sys.path.insert(0, os.getcwd())
def search(name):
    try:
        spec = importlib.util.find_spec(name)
    except (AttributeError, ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not spec.submodule_search_locations:
        return spec.origin
    if namespaces:
        return list(spec.submodule_search_locations)[0]
    return spec.origin and os.path.dirname(spec.origin)
found = [os.fsencode(search(name) or "") + b"\0" for name in names]
with open(3, "wb") as answer:
    answer.write(b"".join(found))
)py";

// "pkg.tests" of "pkg.tests::test_x[a::b]".
size_t ModuleLength(const std::string& name) {
  const size_t bracket = name.find('[');
  const size_t colons = name.find("::");
  return std::min({bracket, colons, name.size()});
}

std::string Ini(const discovery::ProjectConfig& project, const char* option) {
  const auto found = project.ini.find(option);
  return found == project.ini.end() ? "" : found->second;
}

// The ini option pythonpath: one path a line, relative to the ini-file's directory.
std::string PythonPath(const discovery::ProjectConfig& project) {
  const std::filesystem::path base = project.inifile.empty() ? std::filesystem::path(project.rootdir)
                                                             : std::filesystem::path(project.inifile).parent_path();
  std::string lines;
  for (const absl::string_view path :
       absl::StrSplit(Ini(project, "pythonpath"), absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
    absl::StrAppend(&lines, (base / std::string(path)).lexically_normal().string(), "\n");
  }
  return lines;
}

absl::StatusOr<std::string> PathOf(const std::string& name, const std::string& module_path,
                                   const std::string& invocation_dir) {
  // pytest, too, takes a path that cannot be looked at for one that is not there.
  std::error_code ignored;
  const size_t length = ModuleLength(name);
  const std::string path = module_path.empty() ? name.substr(0, length) : module_path;
  const std::filesystem::path absolute = std::filesystem::path(invocation_dir) / path;
  if (!std::filesystem::exists(absolute, ignored)) {
    return absl::NotFoundError(absl::StrCat("module or package not found: ", name, " (missing __init__.py?)"));
  }
  if (length < name.size() && std::filesystem::is_directory(absolute, ignored)) {
    return absl::InvalidArgumentError(absl::StrCat("package argument cannot contain :: selection parts: ", name));
  }
  return path + name.substr(length);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> PathsOfModules(const Interpreter& python,
                                                        const discovery::ProjectConfig& project,
                                                        const std::string& invocation_dir,
                                                        const std::vector<std::string>& names, bool skip_missing) {
  const std::string namespaces = Ini(project, "consider_namespace_packages");
  Question question;
  question.python = python;
  question.script = kScript;
  question.args = {namespaces == "true" || namespaces == "True" || namespaces == "1" ? "1" : "", PythonPath(project)};
  for (const std::string& name : names) question.args.push_back(name.substr(0, ModuleLength(name)));
  question.working_dir = invocation_dir;
  question.task = "look for modules";
  ASSIGN_OR_RETURN(const std::string answer, AskPython(question));
  const std::vector<std::string> found = absl::StrSplit(answer, '\0');
  std::vector<std::string> paths;
  for (size_t i = 0; i < names.size() && i < found.size(); ++i) {
    absl::StatusOr<std::string> path = PathOf(names[i], found[i], invocation_dir);
    if (!path.ok() && skip_missing && absl::IsNotFound(path.status())) continue;
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  return paths;
}

}  // namespace fastest::python
