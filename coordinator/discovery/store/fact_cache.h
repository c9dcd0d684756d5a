// Facts of files, kept between runs in one file.
//
// An entry is valid if the file's size, times and inode are unchanged: this takes one stat and no read. If not, the
// digest of the file's content decides. So a checkout that changed only the times costs a read and no parse. A cache
// that is damaged, or of another version, is ignored and written anew. The cache is replaced as a whole, by rename. So
// readers and writers of several runs do not disturb each other, and the last writer wins.
#ifndef FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CACHE_H_
#define FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CACHE_H_

#include <sys/stat.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fastest::discovery {

// What distinguishes the states of a file without reading it.
struct FileStamp {
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;
  uint64_t size = 0;
  uint64_t inode = 0;
  uint64_t device = 0;

  bool operator==(const FileStamp& other) const {
    return modified_ns == other.modified_ns && changed_ns == other.changed_ns && size == other.size &&
           inode == other.inode && device == other.device;
  }
};

FileStamp StampOf(const struct stat& info);

// XXH3, 128 bits.
using Digest = std::pair<uint64_t, uint64_t>;
Digest DigestOf(std::string_view bytes);

// The cache as it was when it was loaded. Const members are thread-safe.
class FactCache {
 public:
  struct Entry {
    std::string path;
    FileStamp stamp;
    // The file was changed so shortly before it was read that its times might not show the next change.
    bool fresh = false;
    Digest digest;
    // The bytes of EncodeFacts.
    std::string_view facts;
    // The number of writes of the cache since the file was last asked for.
    int age = 0;
  };

  // Reads the cache file. If it is missing or unusable, the cache is empty.
  explicit FactCache(std::string path);
  FactCache(const FactCache&) = delete;
  FactCache& operator=(const FactCache&) = delete;

  // Null if the cache does not know the file.
  const Entry* FindPath(std::string_view path) const;
  const Entry* FindDigest(const Digest& digest) const;

  // Replaces the file by `entries`, and by loaded entries of other paths that are not too old.
  absl::Status Write(std::vector<Entry> entries) const;

  size_t size() const { return entries_.size(); }

 private:
  bool Load();

  const std::string path_;
  // The views in entries_ point into these bytes.
  std::string bytes_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string_view, size_t> by_path_;
  // Filled by the first FindDigest.
  mutable std::once_flag by_digest_once_;
  mutable absl::flat_hash_map<Digest, size_t> by_digest_;
};

// Whether a file with these times, which was looked at at `now`, may change again without a change of its times.
bool IsFresh(const FileStamp& stamp, absl::Time now);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CACHE_H_
