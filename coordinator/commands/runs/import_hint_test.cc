#include "coordinator/commands/runs/import_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fastest::commands {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(ImportHintTest, OnlyAModuleOfTheDirectoryIsWorthAWord) {
  std::string pattern = testing::TempDir() + "/hint_XXXXXX";
  const std::string folder = mkdtemp(pattern.data());
  std::ofstream(folder + "/app.py") << "";
  std::filesystem::create_directories(folder + "/pkg");
  const auto hint = [&](const std::string& name) {
    return ImportHint("tests/test_a.py:1: in <module>\nE   ModuleNotFoundError: No module named '" + name + "'",
                      folder);
  };
  EXPECT_THAT(hint("app"), StartsWith("fastest: app.py is in the working directory"));
  EXPECT_THAT(hint("pkg.sub.part"), StartsWith("fastest: pkg/ is in the working directory"));
  EXPECT_THAT(hint("elsewhere"), IsEmpty());
  EXPECT_THAT(hint(""), IsEmpty());
  EXPECT_THAT(hint("../app"), IsEmpty());
  EXPECT_THAT(ImportHint("E   ImportError: app", folder), IsEmpty());
  EXPECT_THAT(ImportHint("ModuleNotFoundError: No module named 'app", folder), StartsWith("fastest: app.py"));
}

}  // namespace
}  // namespace fastest::commands
