#include "base/net/port_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(WritePortFile, HoldsTheAddressAndLeavesNothingElse) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "port_file";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "port").string();
  ASSERT_TRUE(WritePortFile(path, "127.0.0.1:1").ok());
  ASSERT_TRUE(WritePortFile(path, "127.0.0.1:7070").ok());
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "127.0.0.1:7070\n");
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1);
}

TEST(WritePortFile, NamesWhatCannotBeWritten) {
  const absl::Status status = WritePortFile("/nonexistent/port", "127.0.0.1:7070");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), "/nonexistent/port: cannot be written");
}

}  // namespace
}  // namespace fastest
