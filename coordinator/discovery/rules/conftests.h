// The conftest files above a directory and what they say about collecting.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_CONFTESTS_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_CONFTESTS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/fixtures.h"
#include "coordinator/discovery/rules/module_tests.h"
#include "coordinator/discovery/store/fact_store.h"

namespace fastest::discovery {

// Reads each conftest file once. Not thread-safe; borrows the store.
class Conftests {
 public:
  struct Conftest {
    std::string directory;
    const File* file;
    FixtureLevel level;
  };
  // From the outermost to the nearest.
  using Chain = std::vector<const Conftest*>;

  // No conftest file above `confcutdir` counts; none at all if `enabled` is false. Names in reasons are relative to `rootdir`.
  Conftests(FactStore& store, std::string rootdir, std::string confcutdir, bool enabled)
      : store_(store), rootdir_(std::move(rootdir)), confcutdir_(std::move(confcutdir)), enabled_(enabled) {}

  // The conftest files that hold for files in `directory` (absolute).
  const Chain& ChainOf(const std::string& directory);

  // What they say to modules in `directory`.
  const ModuleContext& ContextOf(const std::string& directory);

  enum class Verdict : unsigned char { kNo, kMaybe, kYes };

  // Whether the conftest files name `path`, in `directory`, in collect_ignore or collect_ignore_glob. Maybe: under a condition.
  Verdict Ignores(const std::string& directory, const std::string& path);

  // Those read so far.
  const std::vector<std::unique_ptr<Conftest>>& all() const { return conftests_; }

  // Why the collection as a whole is not certain, for those read so far.
  const std::vector<std::string>& open_reasons() const { return open_reasons_; }

 private:
  void Judge(const Conftest& conftest);

  FactStore& store_;
  const std::string rootdir_;
  const std::string confcutdir_;
  const bool enabled_;
  std::vector<std::unique_ptr<Conftest>> conftests_;
  absl::node_hash_map<std::string, Chain> chains_;
  absl::node_hash_map<std::string, ModuleContext> contexts_;
  std::vector<std::string> open_reasons_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_CONFTESTS_H_
