// pytest's options in a TOML file: pyproject.toml, pytest.toml, or a file that -c names.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_TOML_CONFIG_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_TOML_CONFIG_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/ini_table.h"

namespace fastest::discovery {

// The options in `text`, the content of the file at `path`; nothing if it holds no configuration for pytest. The file's
// name decides which tables count. Errors: InvalidArgument with file and line.
absl::StatusOr<std::optional<IniTable>> ReadTomlConfig(const std::string& path, const std::string& text);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_TOML_CONFIG_H_
