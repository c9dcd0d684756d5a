#include "base/process/working_directory.h"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(WorkingDirectoryTest, ADeletedDirectoryIsNamed) {
  std::string pattern = testing::TempDir() + "/gone_XXXXXX";
  const std::string path = std::filesystem::canonical(mkdtemp(pattern.data())).string();
  const std::filesystem::path before = std::filesystem::current_path();
  ASSERT_EQ(chdir(path.c_str()), 0);
  EXPECT_EQ(WorkingDirectory().value(), path);
  std::filesystem::remove(path);
  const absl::Status gone = WorkingDirectory().status();
  std::filesystem::current_path(before);
  EXPECT_TRUE(absl::IsFailedPrecondition(gone));
  EXPECT_EQ(std::string(gone.message()),
            "the working directory " + path + " is gone; change to a directory that exists (cd), and try again");
}

}  // namespace
}  // namespace fastest
