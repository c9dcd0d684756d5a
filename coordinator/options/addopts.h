// Options that pytest reads before the command line: the ini-file's addopts, then PYTEST_ADDOPTS.
#ifndef FASTEST_COORDINATOR_OPTIONS_ADDOPTS_H_
#define FASTEST_COORDINATOR_OPTIONS_ADDOPTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/options/command_line.h"

namespace fastest::options {

inline constexpr char kAddoptsVariable[] = "PYTEST_ADDOPTS";

// The variable's value, divided into words as pytest divides it. InvalidArgument names the variable.
absl::StatusOr<std::vector<std::string>> SplitAddoptsVariable(const std::string& value);

// `line`, preceded by the options in both lists of words. Their paths are left out: pytest uses such words as values of
// options, or as paths if none was typed, and only pytest knows which. InvalidArgument names the place of the words.
absl::StatusOr<CommandLine> WithAddopts(const CommandLine& line, const std::vector<std::string>& of_ini_file,
                                        const std::vector<std::string>& of_variable);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_ADDOPTS_H_
