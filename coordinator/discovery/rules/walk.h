// Finds the modules below a directory, in pytest's order of collection.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_WALK_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_WALK_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "coordinator/discovery/project/arguments.h"
#include "coordinator/discovery/project/collection_options.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/discovery/rules/conftests.h"

namespace fastest::discovery {

struct WalkedFile {
  std::string path;
  // A conftest file may ignore the file.
  bool maybe_ignored = false;
};

// Borrows its arguments. Not thread-safe.
class Walker {
 public:
  // What `arguments` name is never ignored, and their files need not look like test files.
  Walker(const ProjectConfig& project, const CollectionOptions& options, const std::vector<Argument>& arguments,
         Conftests& conftests);

  // The modules below `directory` (absolute). The entries of each directory are sorted by name, files and directories
  // mixed. The __init__.py of a package comes first.
  std::vector<WalkedFile> Walk(const std::string& directory);

  // Directories that could not be read, and links that lead in a circle.
  const std::vector<std::string>& open_reasons() const { return open_reasons_; }

 private:
  struct Entry {
    std::string name;
    bool is_directory;
    bool is_link;
  };

  void WalkInto(const std::string& directory, int depth, bool maybe_ignored, std::vector<WalkedFile>& files);
  bool Read(const std::string& directory, std::vector<Entry>& entries);
  Conftests::Verdict Ignores(const std::string& directory, const std::string& path, bool is_directory);
  bool IsVirtualenv(const std::string& directory) const;
  bool IsModule(std::string_view name, const std::string& path) const;

  const ProjectConfig& project_;
  const CollectionOptions& options_;
  Conftests& conftests_;
  absl::flat_hash_set<std::string> initial_;
  absl::flat_hash_set<std::string> initial_parents_;
  // Device and inode of the directories that are being walked. A link to one of them makes a circle.
  std::vector<std::pair<uint64_t, uint64_t>> open_directories_;
  std::vector<std::string> open_reasons_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_WALK_H_
