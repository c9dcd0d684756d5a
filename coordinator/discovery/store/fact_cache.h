// Facts of files, kept from run to run in one file.
//
// An entry is good if the file's size, times and inode are what they were: one stat, no read. If not, its content's digest
// decides, so that a checkout that only touched the times costs a read and no parse. Whoever finds the cache damaged, or
// written by another version, ignores it and writes a new one. It is replaced as a whole, by rename: readers and writers of
// several runs don't disturb each other, and the last one wins.
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

// What tells one state of a file from another without reading it.
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
    // What EncodeFacts wrote.
    std::string_view facts;
    // How many times the cache was written since the file was last asked for.
    int age = 0;
  };

  // Reads the cache file. Nothing there, or nothing usable: the cache is empty.
  explicit FactCache(std::string path);
  FactCache(const FactCache&) = delete;
  FactCache& operator=(const FactCache&) = delete;

  // Null if the cache doesn't know it.
  const Entry* FindPath(std::string_view path) const;
  const Entry* FindDigest(const Digest& digest) const;

  // Replaces the file by `entries` and those of the loaded ones that are about other paths and were used not too long ago.
  absl::Status Write(std::vector<Entry> entries) const;

  size_t size() const { return entries_.size(); }

 private:
  bool Load();

  const std::string path_;
  // What the views in entries_ lie in.
  std::string bytes_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string_view, size_t> by_path_;
  // Filled when it is first asked for.
  mutable std::once_flag by_digest_once_;
  mutable absl::flat_hash_map<Digest, size_t> by_digest_;
};

// True if a file with these times, looked at at `now`, may change once more without a change of its times.
bool IsFresh(const FileStamp& stamp, absl::Time now);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CACHE_H_
