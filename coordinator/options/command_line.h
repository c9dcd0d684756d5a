// What a user asked for: command line, then environment, then settings file, over one flag table.
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
  // By main name ("--workers"): every value given, in order. A flag has one empty value for each time it was given, and none if a
  // setting switches it off.
  std::map<std::string, std::vector<std::string>> values;
  // What is no option: paths and node ids; and, since only pytest knows the arity of a plugin's option, perhaps a plugin option's value.
  std::vector<std::string> paths;
  // Options that are not in the table.
  std::vector<std::string> unknown;
  // What pytest gets: everything but our own and xdist's options.
  std::vector<std::string> pytest_args;
  // By main name: how a value was given that nobody typed, as a message shows it: "FASTEST_WORKERS=many".
  std::map<std::string, std::string> origins;

  bool Has(const std::string& main_name) const { return Last(main_name).has_value(); }
  // The last value given, or nothing.
  std::optional<std::string> Last(const std::string& main_name) const;
  std::vector<std::string> All(const std::string& main_name) const;
  // The last value as it was given, for messages: "-n many", "fastest.toml: workers = 'many'".
  std::string Given(const std::string& main_name) const;
};

// Parses `args` (without the program's name); options of the table for which `keep` says no are as if they were not there. Errors:
// InvalidArgument with one line for the user.
absl::StatusOr<CommandLine> Parse(
    const std::vector<std::string>& args,
    const std::function<bool(const Flag&)>& keep = [](const Flag&) { return true; });

// What a user asked for by `first`, and then by `then`.
CommandLine Join(const CommandLine& first, const CommandLine& then);

// The text of --help.
std::string HelpText();

// Adds options of ours that `line` does not have from FASTEST_<NAME> variables, then from the settings file (`fastest.toml`, or
// [tool.fastest] in pyproject.toml, in `rootdir`). Errors: InvalidArgument naming the variable or file and the key.
absl::Status AddFromEnvironment(const std::function<const char*(const char*)>& getenv, CommandLine& line);
absl::Status AddFromSettingsFile(const std::string& rootdir, CommandLine& line);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_COMMAND_LINE_H_
