// Follows imports to other files of the project: base classes and tests may come from there.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_IMPORT_FINDER_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_IMPORT_FINDER_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/store/fact_store.h"

namespace fastest::discovery {

// A file of the project, by what it says and where it lies.
struct SourceFile {
  const File* facts = nullptr;
  std::string path;
};

// Not thread-safe; borrows the store.
class ImportFinder {
 public:
  // With `by_path` pytest puts the directory above a module's package in front of sys.path before it imports it (its import
  // mode "prepend"); otherwise only relative imports can be followed.
  ImportFinder(FactStore& store, bool by_path) : store_(store), by_path_(by_path) {}

  struct Found {
    // Null: not a file that we can name for certain.
    const SourceFile* file = nullptr;
    // What the name is bound to there; no import.
    const Binding* binding = nullptr;
  };

  // What `origin` ("pkg.mod.Name", ".mod.Name") leads to when it is imported by the file at `path`.
  Found Find(const std::string& path, std::string_view origin) { return Find(path, origin, 0); }

  // The file at `path` itself.
  const SourceFile& FileAt(const std::string& path);

 private:
  Found Find(const std::string& path, std::string_view origin, int depth);
  // The file of the module `dotted` below `directory`, or "".
  std::string ModuleFile(const std::string& directory, std::string_view dotted);
  // The directory above the package that `directory` belongs to; `directory` itself if it is no package.
  const std::string& BaseOf(const std::string& directory);

  FactStore& store_;
  const bool by_path_;
  absl::node_hash_map<std::string, SourceFile> files_;
  absl::node_hash_map<std::string, std::string> bases_;
  absl::flat_hash_map<std::string, std::string> module_files_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_IMPORT_FINDER_H_
