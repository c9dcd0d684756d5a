// The options of one configuration file as pytest reads them, in any of the six forms of such files.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_TABLE_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::discovery {

struct IniValue {
  // The value is a list of TOML. All other values are text, which the reader of the option splits.
  bool is_list = false;
  std::string text;
  std::vector<std::string> items;
  // pytest 9's [tool.pytest] and pytest.toml: values keep their TOML types, and lists must be lists.
  bool native_toml = false;
};

using IniTable = std::map<std::string, IniValue>;

// The names under which pytest looks for its configuration. The first that is there wins.
extern const char* const kConfigFileNames[7];

// Nothing if the file has no configuration for pytest (say, a tox.ini without [pytest]). The name of the file decides
// what counts. A file of another name (-c) is read by its suffix. Errors: InvalidArgument with file and line.
absl::StatusOr<std::optional<IniTable>> ReadConfigFile(const std::string& path);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_INI_TABLE_H_
