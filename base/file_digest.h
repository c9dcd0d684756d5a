// A number that tells one content of a file from another.
#ifndef FASTEST_BASE_FILE_DIGEST_H_
#define FASTEST_BASE_FILE_DIGEST_H_

#include <cstdint>
#include <optional>
#include <string>

namespace fastest {

// XXH3 (64 bits).
uint64_t DigestOf(const std::string& content);

// The digest of the file's content; unset: the file cannot be read, is too large, or is no regular file.
std::optional<uint64_t> FileDigest(const std::string& path);

}  // namespace fastest

#endif  // FASTEST_BASE_FILE_DIGEST_H_
