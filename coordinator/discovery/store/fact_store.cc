#include "coordinator/discovery/store/fact_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/process/usable_cpus.h"
#include "coordinator/discovery/facts/file_reader.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/store/fact_codec.h"

namespace fastest::discovery {
namespace {

// A thread costs as much as a few files.
constexpr size_t kFilesPerThread = 8;

}  // namespace

struct FactStore::Item {
  File file;
  FileStamp stamp;
  Digest digest;
  // The bytes for the cache, if the cache does not have them. Empty only if `cached` is set.
  std::string encoded;
  std::string_view cached;
  bool fresh = false;
  // The cache has exactly this.
  bool in_cache = false;
  bool usable = false;
  bool parsed = false;
};

FactStore::FactStore(const std::string& cache_path, int threads, Clock& clock)
    : clock_(clock), threads_(threads > 0 ? threads : UsableCpus()), cache_(cache_path) {}

FactStore::~FactStore() = default;

void FactStore::Fill(const std::string& path, Item& item, std::unique_ptr<SyntaxParser>& parser) const {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    item.file.unreadable = absl::StrCat("can't be read: ", strerror(errno));
    return;
  }
  item.stamp = StampOf(info);
  const FactCache::Entry* entry = cache_.FindPath(path);
  if (entry != nullptr && !entry->fresh && entry->stamp == item.stamp && DecodeFacts(entry->facts, item.file)) {
    item.digest = entry->digest;
    item.cached = entry->facts;
    item.in_cache = true;
    item.usable = true;
    return;
  }
  item.file = File();
  const absl::Time now = clock_.Now();
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) {
    item.file.unreadable = std::string(bytes.status().message());
    return;
  }
  item.fresh = IsFresh(item.stamp, now);
  item.usable = true;
  item.digest = DigestOf(*bytes);
  if (entry == nullptr || entry->digest != item.digest) entry = cache_.FindDigest(item.digest);
  if (entry != nullptr && DecodeFacts(entry->facts, item.file)) {
    item.cached = entry->facts;
    // While the file is fresh, there is nothing better to write than what is there.
    item.in_cache = item.fresh && entry->fresh && entry->path == path && entry->stamp == item.stamp;
    return;
  }
  if (parser == nullptr) parser = std::make_unique<SyntaxParser>();
  item.file = ReadFacts(*bytes, *parser);
  item.parsed = true;
  EncodeFacts(item.file, item.encoded);
}

const File& FactStore::Get(const std::string& path) {
  const auto [found, is_new] = items_.try_emplace(path);
  if (is_new) Fill(path, found->second, parser_);
  return found->second.file;
}

void FactStore::Load(const std::vector<std::string>& paths) {
  std::vector<std::pair<const std::string*, Item*>> work;
  for (const std::string& path : paths) {
    const auto [found, is_new] = items_.try_emplace(path);
    if (is_new) work.emplace_back(&found->first, &found->second);
  }
  std::atomic<size_t> next{0};
  const auto run = [&](std::unique_ptr<SyntaxParser>& parser) {
    for (size_t i = next++; i < work.size(); i = next++) Fill(*work[i].first, *work[i].second, parser);
  };
  const size_t others = std::min(static_cast<size_t>(threads_) - 1, work.size() / kFilesPerThread);
  std::vector<std::thread> threads;
  try {
    for (size_t i = 0; i < others; ++i) {
      threads.emplace_back([&run] {
        std::unique_ptr<SyntaxParser> parser;
        run(parser);
      });
    }
  } catch (const std::system_error&) {
    // No more threads are available. Those that are there do the work.
  }
  run(parser_);
  for (std::thread& thread : threads) thread.join();
}

absl::Status FactStore::Save() const {
  const bool complete = std::all_of(items_.begin(), items_.end(),
                                    [](const auto& item) { return item.second.in_cache || !item.second.usable; });
  if (complete) return absl::OkStatus();
  std::vector<FactCache::Entry> entries;
  for (const auto& [path, item] : items_) {
    if (!item.usable) continue;
    FactCache::Entry entry;
    entry.path = path;
    entry.stamp = item.stamp;
    entry.fresh = item.fresh;
    entry.digest = item.digest;
    entry.facts = item.encoded.empty() ? item.cached : std::string_view(item.encoded);
    entries.push_back(std::move(entry));
  }
  return cache_.Write(std::move(entries));
}

int FactStore::parsed() const {
  return static_cast<int>(
      std::count_if(items_.begin(), items_.end(), [](const auto& item) { return item.second.parsed; }));
}

}  // namespace fastest::discovery
