// A directory of files for a test. Removed with the object.
#ifndef FASTEST_COORDINATOR_DISCOVERY_TESTING_TEST_TREE_H_
#define FASTEST_COORDINATOR_DISCOVERY_TESTING_TEST_TREE_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace fastest::discovery {

class TestTree {
 public:
  TestTree() {
    const char* const base = getenv("TEST_TMPDIR");
    root_ = std::string(base != nullptr ? base : "/tmp") + "/tree.XXXXXX";
    if (mkdtemp(root_.data()) == nullptr) abort();
    root_ = std::filesystem::canonical(root_).string();
  }
  ~TestTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TestTree(const TestTree&) = delete;
  TestTree& operator=(const TestTree&) = delete;

  const std::string& root() const { return root_; }
  std::string Path(std::string_view name) const { return name.empty() ? root_ : root_ + "/" + std::string(name); }

  // Writes a file, and makes the directories that it needs. Returns its path.
  std::string Write(std::string_view name, std::string_view text) const {
    const std::filesystem::path path = Path(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

 private:
  std::string root_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TESTING_TEST_TREE_H_
