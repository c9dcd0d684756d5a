#include "coordinator/commands/runs/paths.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace fastest::commands {
namespace {

TEST(NearestPathTest, MendsEachPartOfThePath) {
  std::string pattern = testing::TempDir() + "/paths_XXXXXX";
  const std::string root = std::filesystem::canonical(mkdtemp(pattern.data())).string();
  std::filesystem::create_directories(root + "/tests/unit");
  std::ofstream(root + "/tests/unit/test_a.py") << "";
  EXPECT_EQ(NearestPath(root, "tests/unit/test_b.py"), "tests/unit/test_a.py");
  EXPECT_EQ(NearestPath(root, "test/unti/tset_a.py::TestX::test_1[a/b]"), "tests/unit/test_a.py::TestX::test_1[a/b]");
  EXPECT_EQ(NearestPath(root, "tests/unit/test_a"), "tests/unit/test_a.py");
  EXPECT_EQ(NearestPath(root, root + "/tsets"), root + "/tests");
  EXPECT_EQ(NearestPath(root, "./tests/unti"), "./tests/unit");
  EXPECT_EQ(NearestPath(root, "tests/integration"), "");
  EXPECT_EQ(NearestPath(root, "tests/unit/test_a.py/test_a.py"), "");
  EXPECT_EQ(NearestPath("/no/such/folder", "tests"), "");
}

}  // namespace
}  // namespace fastest::commands
