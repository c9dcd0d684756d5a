// What a user asked for: on the command line, then in the environment, then in a settings file. All use one table of
// options.
#ifndef FASTEST_COORDINATOR_OPTIONS_COMMAND_LINE_H_
#define FASTEST_COORDINATOR_OPTIONS_COMMAND_LINE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/options/flag_table.h"

namespace fastest::options {

struct CommandLine {
  // All values of each option, in order, by main name ("--workers"). A flag has one empty value for each time it was
  // given, and no value if a setting switches it off.
  std::map<std::string, std::vector<std::string>> values;
  // Words that are no options: paths and node ids. A word may also be the value of a plugin's option, since only pytest
  // knows which of those take values.
  std::vector<std::string> paths;
  // Options that are not in the table.
  std::vector<std::string> unknown;
  // What pytest gets: everything but Fastest's own and xdist's options.
  std::vector<std::string> pytest_args;
  // By main name: how a message shows a value that nobody typed: "FASTEST_WORKERS=many".
  std::map<std::string, std::string> origins;

  bool Has(const std::string& main_name) const { return Last(main_name).has_value(); }
  // The last value given, or nothing.
  std::optional<std::string> Last(const std::string& main_name) const;
  std::vector<std::string> All(const std::string& main_name) const;
  // The last value as it was given, for messages: "-n many", "fastest.toml: workers = 'many'".
  std::string Given(const std::string& main_name) const;
};

// Parses `args` (without the program's name). Options that `keep` refuses are dropped. Errors: InvalidArgument with one
// line for the user.
absl::StatusOr<CommandLine> Parse(
    const std::vector<std::string>& args,
    const std::function<bool(const Flag&)>& keep = [](const Flag&) { return true; });

// What a user asked for with `first`, followed by `then`.
CommandLine Join(const CommandLine& first, const CommandLine& then);

// The text of --help.
std::string HelpText();

// Adds those of Fastest's own options that `line` lacks: from FASTEST_<NAME> variables, and from the settings file in
// `rootdir` (`fastest.toml`, or [tool.fastest] in `pyproject.toml`). Errors: InvalidArgument names the variable, or the
// file and the key.
absl::Status AddFromEnvironment(const std::function<const char*(const char*)>& getenv, CommandLine& line);
absl::Status AddFromSettingsFile(const std::string& rootdir, CommandLine& line);

// InvalidArgument for the first of the environment's `names` that begins with FASTEST_, is unknown, and is spelt nearly
// as one that is known. Any other variable may be the user's own.
absl::Status CheckVariables(const std::vector<std::string>& names);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_COMMAND_LINE_H_
