#include "base/net/port_file.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace fastest {

absl::Status WritePortFile(const std::string& path, const std::string& address) {
  const std::string fresh = absl::StrCat(path, ".", getpid());
  std::ofstream file(fresh);
  file << address << "\n";
  file.close();
  if (file.good() && rename(fresh.c_str(), path.c_str()) == 0) return absl::OkStatus();
  unlink(fresh.c_str());
  return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be written"));
}

}  // namespace fastest
