#include "coordinator/discovery/store/fact_cache.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/process/unique_fd.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/store/byte_coder.h"
#include "coordinator/discovery/store/fact_codec.h"

namespace fastest::discovery {
namespace {

// The file: these eight bytes, the format, a checksum of the rest, the rest.
constexpr std::string_view kMagic = "fastdisc";
constexpr size_t kHeader = kMagic.size() + 2 * sizeof(uint64_t);

// Some file systems store times in steps of two seconds.
constexpr absl::Duration kCoarsestClock = absl::Seconds(2);

// A file that was in none of the last so many writes is forgotten.
constexpr int kOldestAge = 50;

uint64_t WordAt(std::string_view bytes, size_t at) {
  uint64_t word;
  memcpy(&word, bytes.data() + at, sizeof(word));
  return word;
}

void AppendWord(uint64_t word, std::string& out) { out.append(reinterpret_cast<const char*>(&word), sizeof(word)); }

void EncodeEntry(const FactCache::Entry& entry, int age, ByteWriter& writer) {
  writer.Text(entry.path);
  writer.Signed(entry.stamp.modified_ns);
  writer.Signed(entry.stamp.changed_ns);
  writer.Number(entry.stamp.size);
  writer.Number(entry.stamp.inode);
  writer.Number(entry.stamp.device);
  writer.Number(entry.fresh ? 1 : 0);
  writer.Number(entry.digest.first);
  writer.Number(entry.digest.second);
  writer.Text(entry.facts);
  writer.Number(static_cast<uint64_t>(age));
}

FactCache::Entry DecodeEntry(ByteReader& reader) {
  FactCache::Entry entry;
  entry.path = reader.Text();
  entry.stamp.modified_ns = reader.Signed();
  entry.stamp.changed_ns = reader.Signed();
  entry.stamp.size = reader.Number();
  entry.stamp.inode = reader.Number();
  entry.stamp.device = reader.Number();
  entry.fresh = reader.Number() != 0;
  entry.digest.first = reader.Number();
  entry.digest.second = reader.Number();
  entry.facts = reader.Text();
  entry.age = static_cast<int>(std::min<uint64_t>(reader.Number(), kOldestAge));
  return entry;
}

bool MakeDirectories(const std::string& path) {
  if (IsDirectory(path)) return true;
  if (path == "/" || !MakeDirectories(std::string(ParentPath(path)))) return false;
  return mkdir(path.c_str(), 0777) == 0 || errno == EEXIST;
}

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return absl::UnavailableError(strerror(errno));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

FileStamp StampOf(const struct stat& info) {
  FileStamp stamp;
  stamp.modified_ns = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
  stamp.changed_ns = info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec;
  stamp.size = static_cast<uint64_t>(info.st_size);
  stamp.inode = info.st_ino;
  stamp.device = info.st_dev;
  return stamp;
}

Digest DigestOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

bool IsFresh(const FileStamp& stamp, absl::Time now) {
  const int64_t latest = std::max(stamp.modified_ns, stamp.changed_ns);
  return absl::FromUnixNanos(latest) + kCoarsestClock >= now;
}

FactCache::FactCache(std::string path) : path_(std::move(path)) {
  if (path_.empty() || Load()) return;
  bytes_.clear();
  entries_.clear();
  by_path_.clear();
}

bool FactCache::Load() {
  absl::StatusOr<std::string> bytes = ReadFile(path_);
  if (!bytes.ok()) return false;
  bytes_ = *std::move(bytes);
  const std::string_view all = bytes_;
  if (all.size() < kHeader || all.substr(0, kMagic.size()) != kMagic) return false;
  if (WordAt(all, kMagic.size()) != kFactFormat) return false;
  const std::string_view rest = all.substr(kHeader);
  if (WordAt(all, kMagic.size() + sizeof(uint64_t)) != XXH3_64bits(rest.data(), rest.size())) return false;
  ByteReader reader(rest);
  const size_t count = reader.Length();
  entries_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    entries_.push_back(DecodeEntry(reader));
    if (!reader.ok()) return false;
  }
  by_path_.reserve(count);
  for (size_t i = 0; i < count; ++i) by_path_.try_emplace(entries_[i].path, i);
  return reader.at_end();
}

const FactCache::Entry* FactCache::FindPath(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : &entries_[found->second];
}

const FactCache::Entry* FactCache::FindDigest(const Digest& digest) const {
  std::call_once(by_digest_once_, [this] {
    for (size_t i = 0; i < entries_.size(); ++i) by_digest_.try_emplace(entries_[i].digest, i);
  });
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? nullptr : &entries_[found->second];
}

absl::Status FactCache::Write(std::vector<Entry> entries) const {
  if (path_.empty()) return absl::OkStatus();
  absl::flat_hash_set<std::string_view> paths;
  for (const Entry& entry : entries) paths.insert(entry.path);
  std::vector<const Entry*> others;
  for (const Entry& entry : entries_) {
    if (entry.age < kOldestAge && !paths.contains(entry.path)) others.push_back(&entry);
  }
  std::string rest;
  ByteWriter writer(rest);
  writer.Number(entries.size() + others.size());
  for (const Entry& entry : entries) EncodeEntry(entry, 0, writer);
  for (const Entry* const entry : others) EncodeEntry(*entry, entry->age + 1, writer);
  std::string header(kMagic);
  AppendWord(kFactFormat, header);
  AppendWord(XXH3_64bits(rest.data(), rest.size()), header);

  const auto failed = [this](const char* what) {
    return absl::UnavailableError(absl::StrCat("discovery's cache ", path_, ": ", what, ": ", strerror(errno)));
  };
  if (!MakeDirectories(std::string(ParentPath(path_)))) return failed("can't make its directory");
  std::string temporary = path_ + ".XXXXXX";
  const UniqueFd file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) return failed("can't be written");
  absl::Status status = WriteAll(file.get(), header);
  if (status.ok()) status = WriteAll(file.get(), rest);
  if (status.ok() && rename(temporary.c_str(), path_.c_str()) != 0) status = failed("can't be replaced");
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

}  // namespace fastest::discovery
