#include "coordinator/discovery/store/fact_cache.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/testing/test_tree.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

FactCache::Entry EntryFor(const std::string& path, const std::string& facts, uint64_t size = 1) {
  FactCache::Entry entry;
  entry.path = path;
  entry.stamp.size = size;
  entry.digest = DigestOf(path);
  entry.facts = facts;
  return entry;
}

TEST(FactCache, IsEmptyWithoutAFile) {
  const TestTree tree;
  const FactCache cache(tree.Path("none"));
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.FindPath("/a"), nullptr);
}

TEST(FactCache, GivesBackWhatWasWritten) {
  const TestTree tree;
  ASSERT_TRUE(FactCache(tree.Path("cache")).Write({EntryFor("/a", "facts of a", 7), EntryFor("/b", "")}).ok());
  const FactCache cache(tree.Path("cache"));
  ASSERT_EQ(cache.size(), 2u);
  ASSERT_NE(cache.FindPath("/a"), nullptr);
  EXPECT_EQ(cache.FindPath("/a")->facts, "facts of a");
  EXPECT_EQ(cache.FindPath("/a")->stamp.size, 7u);
  ASSERT_NE(cache.FindDigest(DigestOf("/b")), nullptr);
  EXPECT_EQ(cache.FindDigest(DigestOf("/b"))->path, "/b");
  EXPECT_EQ(cache.FindDigest(DigestOf("/c")), nullptr);
}

TEST(FactCache, KeepsOthersWhenItIsReplaced) {
  const TestTree tree;
  ASSERT_TRUE(FactCache(tree.Path("cache")).Write({EntryFor("/a", "old"), EntryFor("/b", "kept")}).ok());
  ASSERT_TRUE(FactCache(tree.Path("cache")).Write({EntryFor("/a", "new")}).ok());
  const FactCache cache(tree.Path("cache"));
  ASSERT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.FindPath("/a")->facts, "new");
  EXPECT_EQ(cache.FindPath("/b")->facts, "kept");
}

// Each prefix, and the file with each byte changed: ignored or readable, and always replaceable.
TEST(FactCache, IgnoresDamage) {
  const TestTree tree;
  ASSERT_TRUE(FactCache(tree.Path("cache")).Write({EntryFor("/a", "facts")}).ok());
  const std::string whole = ReadFile(tree.Path("cache")).value();
  for (size_t length = 0; length < whole.size(); ++length) {
    tree.Write("cut", whole.substr(0, length));
    EXPECT_EQ(FactCache(tree.Path("cut")).size(), 0u) << length;
    std::string changed = whole;
    changed[length] = static_cast<char>(changed[length] ^ 0x55);
    tree.Write("changed", changed);
    EXPECT_EQ(FactCache(tree.Path("changed")).size(), 0u) << length;
  }
  ASSERT_TRUE(FactCache(tree.Path("cut")).Write({EntryFor("/a", "facts")}).ok());
  EXPECT_EQ(FactCache(tree.Path("cut")).size(), 1u);
}

TEST(FactCache, TwoWritersLeaveAWholeFileAndNothingElse) {
  const TestTree tree;
  const auto write = [&tree](const std::string& facts) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(FactCache(tree.Path("cache")).Write({EntryFor("/a", facts)}).ok());
      EXPECT_EQ(FactCache(tree.Path("cache")).size(), 1u);
    }
  };
  std::thread one(write, std::string(5000, '1'));
  std::thread two(write, std::string(9000, '2'));
  one.join();
  two.join();
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(tree.root())) files += file.exists();
  EXPECT_EQ(files, 1);
}

TEST(FactCache, SaysThatItCannotBeWritten) {
  const TestTree tree;
  tree.Write("file", "");
  EXPECT_FALSE(FactCache(tree.Path("file/cache")).Write({EntryFor("/a", "")}).ok());
}

}  // namespace
}  // namespace fastest::discovery
