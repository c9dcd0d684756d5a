#include "base/file_digest.h"

#include <xxhash.h>

#include "absl/status/statusor.h"
#include "base/regular_file.h"

namespace fastest {

uint64_t DigestOf(const std::string& content) { return XXH3_64bits(content.data(), content.size()); }

std::optional<uint64_t> FileDigest(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadRegularFile(path);
  if (!content.ok()) return std::nullopt;
  return DigestOf(*content);
}

}  // namespace fastest
