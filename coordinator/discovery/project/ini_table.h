// The options of one configuration file as pytest reads them, whichever of its six forms the file has.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_TABLE_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::discovery {

struct IniValue {
  // TOML has lists of its own; everything else is text that its reader splits.
  bool is_list = false;
  std::string text;
  std::vector<std::string> items;
  // pytest 9's [tool.pytest] and pytest.toml: values keep their TOML types, and lists must be lists.
  bool native_toml = false;
};

using IniTable = std::map<std::string, IniValue>;

// The names under which pytest looks for its configuration, the one that wins first.
extern const char* const kConfigFileNames[7];

// Nothing if the file holds no configuration for pytest (say, a tox.ini without [pytest]); the name decides what counts.
// A file that is there by another name (-c) is read by its suffix. Errors: InvalidArgument with file and line.
absl::StatusOr<std::optional<IniTable>> ReadConfigFile(const std::string& path);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_TABLE_H_
