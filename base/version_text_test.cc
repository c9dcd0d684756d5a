#include "base/version_text.h"

#include "base/version.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(VersionTextTest, TheFirstLineIsTheProgramAndItsVersion) {
  const std::string version = kVersion;
  EXPECT_THAT(VersionText(Program::kCoordinator), StartsWith("fastest " + version + "\ncommit: "));
  EXPECT_THAT(VersionText(Program::kAgent), StartsWith("fastest-agent " + version + "\ncommit: "));
}

TEST(VersionTextTest, EachProgramNamesItsLibraries) {
  for (const Program program : {Program::kCoordinator, Program::kAgent}) {
    EXPECT_THAT(VersionText(program), HasSubstr("\n  gRPC "));
    EXPECT_THAT(VersionText(program), HasSubstr("\n  prometheus-cpp 1."));
  }
  EXPECT_THAT(VersionText(Program::kCoordinator), HasSubstr("\n  SQLite "));
  EXPECT_THAT(VersionText(Program::kAgent), Not(HasSubstr("SQLite")));
}

}  // namespace
}  // namespace fastest
