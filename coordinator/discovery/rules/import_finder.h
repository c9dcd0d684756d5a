// Follows imports to other files of the project, because base classes and tests may come from there.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_IMPORT_FINDER_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_IMPORT_FINDER_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/store/fact_store.h"

namespace fastest::discovery {

// A file of the project: its facts and its place.
struct SourceFile {
  const File* facts = nullptr;
  std::string path;
};

// Borrows the store. Not thread-safe.
class ImportFinder {
 public:
  // With `by_path` (import mode "prepend"), pytest puts the directory above a module's package in front of sys.path
  // before it imports the module. Otherwise only relative imports can be followed.
  ImportFinder(FactStore& store, bool by_path) : store_(store), by_path_(by_path) {}

  struct Found {
    // Null if no file is certain.
    const SourceFile* file = nullptr;
    // What the name is bound to there. Never an import.
    const Binding* binding = nullptr;
  };

  // What `origin` ("pkg.mod.Name", ".mod.Name") means when the file at `path` imports it.
  Found Find(const std::string& path, std::string_view origin) { return Find(path, origin, 0); }

  // The file at `path` itself.
  const SourceFile& FileAt(const std::string& path);

 private:
  Found Find(const std::string& path, std::string_view origin, int depth);
  // The file of the module `dotted` below `directory`, or "".
  std::string ModuleFile(const std::string& directory, std::string_view dotted);
  // The directory above the package of `directory`. `directory` itself if it is no package.
  const std::string& BaseOf(const std::string& directory);

  FactStore& store_;
  const bool by_path_;
  absl::node_hash_map<std::string, SourceFile> files_;
  absl::node_hash_map<std::string, std::string> bases_;
  absl::flat_hash_map<std::string, std::string> module_files_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_IMPORT_FINDER_H_
