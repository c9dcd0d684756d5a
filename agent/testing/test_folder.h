// An empty folder for a test. Removed with the object. Its path is short, because a socket's path may have 107 bytes.
#ifndef FASTEST_AGENT_TESTING_TEST_FOLDER_H_
#define FASTEST_AGENT_TESTING_TEST_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace fastest::agent {

// Ends the program if the folder cannot be made.
class TestFolder {
 public:
  TestFolder() {
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/fastest-agent-XXXXXX";
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_TESTING_TEST_FOLDER_H_
