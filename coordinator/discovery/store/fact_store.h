// Gets the facts of files, from the cache or by reading them, on all cores.
#ifndef FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_STORE_H_
#define FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_STORE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "base/clock.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/store/fact_cache.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// The facts of the files of one discovery. Not thread-safe. Has threads of its own.
class FactStore {
 public:
  // `cache_path` empty: no cache. `threads` 0: one for each core. `clock` must outlive the store and be thread-safe.
  FactStore(const std::string& cache_path, int threads, Clock& clock);
  ~FactStore();

  // The facts of one file, valid as long as the store. The facts of an unreadable file say so.
  const File& Get(const std::string& path);

  // Makes the facts of all `paths` ready for Get.
  void Load(const std::vector<std::string>& paths);

  // Writes the cache if it lacks something that was asked for. Errors: Unavailable. They cost time, and nothing is
  // lost.
  absl::Status Save() const;

  // How many files were parsed, for tests and benchmarks.
  int parsed() const;

 private:
  struct Item;

  void Fill(const std::string& path, Item& item, std::unique_ptr<SyntaxParser>& parser) const;

  Clock& clock_;
  const int threads_;
  const FactCache cache_;
  std::unique_ptr<SyntaxParser> parser_;
  absl::node_hash_map<std::string, Item> items_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_STORE_H_
