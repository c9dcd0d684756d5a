#include "coordinator/discovery/project/path.h"

#include <string>
#include <vector>

#include "coordinator/discovery/testing/test_tree.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

TEST(Path, AbsoluteIsNormal) {
  EXPECT_EQ(AbsolutePath("/a/b", "c"), "/a/b/c");
  EXPECT_EQ(AbsolutePath("/a/b", "../c/./d//"), "/a/c/d");
  EXPECT_EQ(AbsolutePath("/a/b", "/x/../.."), "/");
  EXPECT_EQ(AbsolutePath("/a/b", ""), "/a/b");
}

TEST(Path, PartsAndRelations) {
  EXPECT_EQ(ParentPath("/a/b"), "/a");
  EXPECT_EQ(ParentPath("/a"), "/");
  EXPECT_EQ(ParentPath("/"), "/");
  EXPECT_EQ(FileName("/a/b.py"), "b.py");
  EXPECT_EQ(JoinPath("/", "a"), "/a");
  EXPECT_TRUE(IsWithin("/a/b", "/a"));
  EXPECT_TRUE(IsWithin("/a", "/a"));
  EXPECT_FALSE(IsWithin("/ab", "/a"));
  EXPECT_EQ(CommonPath("/a/b/c", "/a/bc"), "/a");
  EXPECT_EQ(CommonPath("/a", "/b"), "/");
  EXPECT_EQ(RelativePath("/a/b/c", "/a"), "b/c");
  EXPECT_EQ(RelativePath("/a", "/a"), ".");
  EXPECT_EQ(RelativePath("/b", "/a"), "/b");
  EXPECT_EQ(RelativePath("/b", "/"), "b");
}

TEST(Path, GlobFindsWhatPythonFinds) {
  TestTree tree;
  tree.Write("tests/unit/test_a.py", "");
  tree.Write("tests/.hidden/test_b.py", "");
  tree.Write("more/tests/test_c.py", "");
  EXPECT_EQ(Glob(tree.root(), "tests"), std::vector<std::string>{"tests"});
  EXPECT_EQ(Glob(tree.root(), "*/tests"), std::vector<std::string>{"more/tests"});
  EXPECT_EQ(Glob(tree.root(), "tests/*"), std::vector<std::string>{"tests/unit"});
  EXPECT_EQ(Glob(tree.root(), "tests/.h*"), std::vector<std::string>{"tests/.hidden"});
  EXPECT_EQ(Glob(tree.root(), "**/test_*.py"),
            (std::vector<std::string>{"more/tests/test_c.py", "tests/unit/test_a.py"}));
  EXPECT_EQ(Glob(tree.root(), tree.Path("te*")), std::vector<std::string>{tree.Path("tests")});
  EXPECT_TRUE(Glob(tree.root(), "nothing*").empty());
  EXPECT_TRUE(Glob(tree.root(), "").empty());
}

// Two links back would double the ways with each step.
TEST(Path, GlobDoesNotGoInCircles) {
  TestTree tree;
  tree.Write("tests/unit/test_a.py", "");
  std::filesystem::create_directory_symlink("..", tree.Path("tests/unit/up"));
  std::filesystem::create_directory_symlink(".", tree.Path("tests/unit/self"));
  std::filesystem::create_directory_symlink("unit", tree.Path("tests/link"));
  EXPECT_EQ(Glob(tree.root(), "tests/**/test_*.py"),
            (std::vector<std::string>{"tests/link/test_a.py", "tests/unit/test_a.py"}));
  EXPECT_EQ(Glob(tree.root(), "**/**/test_*.py"),
            (std::vector<std::string>{"tests/link/test_a.py", "tests/unit/test_a.py"}));
}

TEST(Path, ReadFileSaysWhatIsWrong) {
  TestTree tree;
  const std::string text(100'000, 'x');
  EXPECT_EQ(*ReadFile(tree.Write("long", text)), text);
  EXPECT_EQ(*ReadFile(tree.Write("empty", "")), "");
  EXPECT_EQ(ReadFile(tree.Path("none")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile(tree.root()).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fastest::discovery
