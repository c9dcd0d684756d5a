#include "coordinator/discovery/project/project_config.h"

#include <cctype>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/shell_words.h"
#include "base/status_macros.h"
#include "coordinator/discovery/project/ini_table.h"
#include "coordinator/discovery/project/path.h"
#include "proto/test_id.h"

namespace fastest::discovery {
namespace {

const char* const kNoRecurseDefaults[] = {"*.egg", ".*",           "_darcs", "build", "CVS",
                                          "dist",  "node_modules", "venv",   "{arch}"};

struct Location {
  // Empty: no file says anything about pytest.
  std::string directory;
  std::string file;
  IniTable table;
};

// The nearest configuration above each of `directories`, in turn. A pyproject.toml without a word about pytest still marks the
// project's root if nothing better is found.
absl::StatusOr<Location> LocateConfig(const std::vector<std::string>& directories) {
  std::string pyproject;
  for (const std::string& directory : directories) {
    std::string_view base = directory;
    while (true) {
      for (const char* const name : kConfigFileNames) {
        const std::string path = JoinPath(base, name);
        if (!IsFile(path)) continue;
        if (std::string_view(name) == "pyproject.toml" && pyproject.empty()) pyproject = path;
        ASSIGN_OR_RETURN(std::optional<IniTable> table, ReadConfigFile(path));
        if (table.has_value()) return Location{std::string(base), path, *std::move(table)};
      }
      if (base == "/") break;
      base = ParentPath(base);
    }
  }
  if (!pyproject.empty()) return Location{std::string(ParentPath(pyproject)), pyproject, {}};
  return Location{};
}

std::string CommonAncestor(const std::string& invocation_dir, const std::vector<std::string>& directories) {
  std::string ancestor;
  for (const std::string& directory : directories) {
    ancestor = ancestor.empty() ? directory : CommonPath(ancestor, directory);
  }
  return ancestor.empty() ? invocation_dir : ancestor;
}

// The directories that the arguments lie in; what isn't there takes no part.
std::vector<std::string> DirectoriesOf(const ProjectOptions& options) {
  std::vector<std::string> directories;
  for (const std::string& arg : options.args) {
    if (!arg.empty() && arg[0] == '-') continue;
    const std::string path = AbsolutePath(options.invocation_dir, std::string(ModuleOf(arg)));
    if (!PathExists(path)) continue;
    directories.push_back(IsDirectory(path) ? path : std::string(ParentPath(path)));
  }
  return directories;
}

// os.path.expandvars: $NAME and ${NAME} where the environment has NAME, anything else as it stands.
std::string ExpandVariables(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      result += text[i];
      continue;
    }
    const bool braced = i + 1 < text.size() && text[i + 1] == '{';
    const size_t start = i + (braced ? 2 : 1);
    size_t end = start;
    if (braced) {
      end = text.find('}', start);
    } else {
      while (end < text.size() && (isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
    }
    const char* const value =
        end == std::string::npos || end == start ? nullptr : getenv(text.substr(start, end - start).c_str());
    if (value == nullptr) {
      result += text[i];
      continue;
    }
    result += value;
    i = braced ? end : end - 1;
  }
  return result;
}

absl::StatusOr<Location> LocateGivenFile(const ProjectOptions& options, const std::vector<std::string>& directories) {
  const std::string path = AbsolutePath(options.invocation_dir, options.config_file);
  const auto not_found = [&path](const char* what) {
    return absl::NotFoundError(
        absl::StrCat("Config file '", path, "' ", what, ". Check your '-c/--config-file' option."));
  };
  if (!PathExists(path)) return not_found("not found");
  if (IsDirectory(path)) return not_found("is a directory");
  // /dev/null: no configuration, and no hint of where the project lies.
  if (!IsFile(path)) {
    std::string root = CommonAncestor(options.invocation_dir, directories);
    return Location{root == "/" ? options.invocation_dir : std::move(root), path, {}};
  }
  const std::string_view name = FileName(path);
  const size_t dot = name.rfind('.');
  const std::string_view suffix = dot == std::string_view::npos || dot == 0 ? "" : name.substr(dot);
  if (suffix != ".ini" && suffix != ".cfg" && suffix != ".toml") {
    return absl::InvalidArgumentError(absl::StrCat(
        "Config file '", path, "' has an unsupported format. Supported extensions are: .cfg, .ini, .toml."));
  }
  ASSIGN_OR_RETURN(std::optional<IniTable> table, ReadConfigFile(path));
  return Location{std::string(ParentPath(path)), path, std::move(table).value_or(IniTable())};
}

absl::StatusOr<Location> Locate(const ProjectOptions& options) {
  const std::vector<std::string> directories = DirectoriesOf(options);
  if (!options.config_file.empty()) return LocateGivenFile(options, directories);
  const std::string ancestor = CommonAncestor(options.invocation_dir, directories);
  ASSIGN_OR_RETURN(Location location, LocateConfig({ancestor}));
  if (!location.directory.empty() || !options.rootdir.empty()) return location;
  for (std::string_view base = ancestor;; base = ParentPath(base)) {
    if (IsFile(JoinPath(base, "setup.py"))) {
      location.directory = base;
      return location;
    }
    if (base == "/") break;
  }
  if (directories != std::vector<std::string>{ancestor}) {
    const std::vector<std::string> where =
        directories.empty() ? std::vector<std::string>{options.invocation_dir} : directories;
    ASSIGN_OR_RETURN(location, LocateConfig(where));
  }
  if (location.directory.empty()) {
    location.directory = CommonPath(options.invocation_dir, ancestor);
    if (location.directory == "/") location.directory = ancestor;
  }
  return location;
}

std::string TextOf(const IniValue& value) { return value.is_list ? absl::StrJoin(value.items, "\n") : value.text; }

// Replaces `list` by the option's words, if the file or the command line has it.
absl::Status ReadWords(const Location& location, const char* name, std::vector<std::string>& list) {
  const auto found = location.table.find(name);
  if (found == location.table.end()) return absl::OkStatus();
  if (found->second.is_list) {
    list = found->second.items;
    return absl::OkStatus();
  }
  if (found->second.native_toml) {
    return absl::InvalidArgumentError(
        absl::StrCat(location.file, ": config option '", name, "' expects a list, got: '", found->second.text, "'"));
  }
  absl::StatusOr<std::vector<std::string>> words = SplitShellWords(found->second.text);
  if (!words.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(location.file, ": config option '", name,
                     "' can't be split into words: ", std::string(words.status().message())));
  }
  list = *std::move(words);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProjectConfig> FindProject(const ProjectOptions& options) {
  ASSIGN_OR_RETURN(Location location, Locate(options));
  if (!options.rootdir.empty()) {
    location.directory = AbsolutePath(options.invocation_dir, ExpandVariables(options.rootdir));
    if (!IsDirectory(location.directory)) {
      return absl::NotFoundError(
          absl::StrCat("Directory '", location.directory, "' not found. Check your '--rootdir' option."));
    }
  }
  for (const std::string& setting : options.override_ini) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("-o/--override-ini expects option=value style (got: '", setting, "')."));
    }
    location.table[setting.substr(0, equals)] = IniValue{false, setting.substr(equals + 1), {}, false};
  }

  ProjectConfig project;
  project.rootdir = location.directory;
  project.inifile = location.file;
  project.norecursedirs.assign(std::begin(kNoRecurseDefaults), std::end(kNoRecurseDefaults));
  RETURN_IF_ERROR(ReadWords(location, "testpaths", project.testpaths));
  RETURN_IF_ERROR(ReadWords(location, "python_files", project.python_files));
  RETURN_IF_ERROR(ReadWords(location, "python_classes", project.python_classes));
  RETURN_IF_ERROR(ReadWords(location, "python_functions", project.python_functions));
  RETURN_IF_ERROR(ReadWords(location, "norecursedirs", project.norecursedirs));
  RETURN_IF_ERROR(ReadWords(location, "addopts", project.addopts));
  for (const auto& [name, value] : location.table) project.ini[name] = TextOf(value);
  return project;
}

}  // namespace fastest::discovery
