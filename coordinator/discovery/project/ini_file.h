// Reads the sections of an ini file exactly as the iniconfig library does, which pytest uses:
// - Lines that begin with '#' or ';' are comments.
// - An indented line continues the value above it.
// - Comments behind a value belong to the value.
// - A name may appear once.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_FILE_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_FILE_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fastest::discovery {

// Section name -> option name -> value. The lines of a value are joined by '\n'.
using IniSections = std::map<std::string, std::map<std::string, std::string>>;

// `path` only names the file in messages. Errors: InvalidArgument "PATH:LINE: what is wrong".
absl::StatusOr<IniSections> ParseIni(std::string_view path, std::string_view text);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_FILE_H_
