#include "coordinator/report/text/display_path.h"

#include <gtest/gtest.h>

#include "proto/test_id.h"

namespace fastest::report {
namespace {

TEST(DisplayPathTest, ModuleIsWhatStandsBeforeTheColons) {
  EXPECT_EQ(ModuleOf("tests/test_a.py::TestA::test_b[x::y]"), "tests/test_a.py");
  EXPECT_EQ(ModuleOf("tests/test_a.py"), "tests/test_a.py");
  EXPECT_EQ(ModuleOf(""), "");
}

TEST(DisplayPathTest, PathsAreRelativeToWhereTheUserIs) {
  const DisplayPath below("/project", "/project/tests/unit");
  EXPECT_EQ(below.NodeId("tests/test_a.py::test_x"), "../test_a.py::test_x");
  EXPECT_EQ(below.Path("/project/tests/unit/test_b.py"), "test_b.py");
  const DisplayPath elsewhere("/project", "/home");
  EXPECT_EQ(elsewhere.Path("tests/test_a.py"), "../project/tests/test_a.py");
}

TEST(DisplayPathTest, AtTheRootdirNothingChanges) {
  const DisplayPath paths("/project", "/project");
  EXPECT_EQ(paths.NodeId("tests/test_a.py::test_x"), "tests/test_a.py::test_x");
  EXPECT_EQ(paths.Path("/elsewhere/a.py"), "../elsewhere/a.py");
  EXPECT_EQ(DisplayPath().Path("/elsewhere/a.py"), "/elsewhere/a.py");
}

TEST(DisplayPathTest, AbsoluteStartsFromTheRootdir) {
  const DisplayPath paths("/project", "/home");
  EXPECT_EQ(paths.Absolute("a.py"), "/project/a.py");
  EXPECT_EQ(paths.Absolute("/other/a.py"), "/other/a.py");
  EXPECT_EQ(paths.Absolute(""), "");
}

}  // namespace
}  // namespace fastest::report
