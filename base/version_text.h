// What --version prints.
#ifndef FASTEST_BASE_VERSION_TEXT_H_
#define FASTEST_BASE_VERSION_TEXT_H_

#include <string>

namespace fastest {

enum class Program { kAgent, kCoordinator };

// "fastest 0.1.0" or "fastest-agent 0.1.0", then the commit that the program was built from, and the libraries that are
// linked into the program, one a line. Programs read the first line, so its form stays as it is.
std::string VersionText(Program program);

}  // namespace fastest

#endif  // FASTEST_BASE_VERSION_TEXT_H_
