// How a server that was given port 0 tells its user where it listens.
#ifndef FASTEST_BASE_NET_PORT_FILE_H_
#define FASTEST_BASE_NET_PORT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace fastest {

// Writes `address` and a newline to the file. The file is renamed into place: nobody reads half of it. InvalidArgument,
// "PATH: ...": it cannot be written. Thread-safe for different paths.
absl::Status WritePortFile(const std::string& path, const std::string& address);

}  // namespace fastest

#endif  // FASTEST_BASE_NET_PORT_FILE_H_
