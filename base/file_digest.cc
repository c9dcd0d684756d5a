#include "base/file_digest.h"

#include <xxhash.h>

#include <fstream>
#include <iterator>

namespace fastest {

std::optional<uint64_t> FileDigest(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  if (file.bad()) return std::nullopt;
  return XXH3_64bits(content.data(), content.size());
}

}  // namespace fastest
