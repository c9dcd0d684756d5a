#include "coordinator/discovery/store/fact_store.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/fake_clock.h"
#include "coordinator/discovery/store/fact_cache.h"
#include "coordinator/discovery/testing/test_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::HasSubstr;

// Files are much older than the store's clock, so their times tell whether they were changed.
class FactStoreTest : public testing::Test {
 protected:
  FactStoreTest() {
    struct stat info;
    const std::string path = tree_.Write("now", "");
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    clock_.Advance(absl::FromTimeT(info.st_mtime) + absl::Hours(1) - clock_.Now());
  }

  FactStore Open(int threads = 1) { return FactStore(tree_.Path("cache"), threads, clock_); }

  // How many files had to be parsed for the facts of `paths`. The cache is written afterwards.
  int Parsed(const std::vector<std::string>& paths) {
    FactStore store = Open();
    for (const std::string& path : paths) store.Get(path);
    EXPECT_TRUE(store.Save().ok());
    return store.parsed();
  }

  TestTree tree_;
  FakeClock clock_;
};

TEST_F(FactStoreTest, ParsesOnceAndKeepsItOverRuns) {
  const std::string path = tree_.Write("test_a.py", "def test_a(): pass\n");
  FactStore store = Open();
  EXPECT_EQ(store.Get(path).functions.size(), 1u);
  EXPECT_EQ(&store.Get(path), &store.Get(path));
  EXPECT_EQ(store.parsed(), 1);
  ASSERT_TRUE(store.Save().ok());
  FactStore next = Open();
  EXPECT_EQ(next.Get(path).functions.size(), 1u);
  EXPECT_EQ(next.parsed(), 0);
}

TEST_F(FactStoreTest, ChangedFilesAreParsedAgain) {
  const std::string path = tree_.Write("test_a.py", "def test_a(): pass\n");
  EXPECT_EQ(Parsed({path}), 1);
  tree_.Write("test_a.py", "def test_a(): pass\ndef test_b(): pass\n");
  FactStore store = Open();
  EXPECT_EQ(store.Get(path).functions.size(), 2u);
}

// A checkout writes the same bytes anew: files are read, but not parsed. So is a copy under another name.
TEST_F(FactStoreTest, TheSameBytesAreNotParsedAgain) {
  const std::string path = tree_.Write("test_a.py", "def test_a(): pass\n");
  EXPECT_EQ(Parsed({path}), 1);
  std::filesystem::remove(path);
  tree_.Write("test_a.py", "def test_a(): pass\n");
  const std::string copy = tree_.Write("test_copy.py", "def test_a(): pass\n");
  EXPECT_EQ(Parsed({path, copy}), 0);
}

// A file that was written just now may change again within the same tick of its time stamp. So its times prove nothing.
TEST_F(FactStoreTest, FreshFilesAreNotTrustedByTheirTimes) {
  const std::string path = tree_.Write("test_a.py", "def test_a(): pass\n");
  const auto is_fresh = [&] { return FactCache(tree_.Path("cache")).FindPath(path)->fresh; };
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(Parsed({path}), 1);
  EXPECT_TRUE(is_fresh());
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Parsed({path}), 0);
  EXPECT_FALSE(is_fresh());
}

TEST_F(FactStoreTest, UnreadableFilesSaySo) {
  FactStore store = Open();
  EXPECT_THAT(store.Get(tree_.Path("none.py")).unreadable, HasSubstr("No such file"));
  EXPECT_NE(store.Get(tree_.Write("broken.py", "def (:\n")).unreadable, "");
}

TEST_F(FactStoreTest, LoadsManyOnSeveralThreads) {
  std::vector<std::string> paths;
  for (int i = 0; i < 100; ++i) {
    std::string text;
    for (int k = 0; k <= i; ++k) text += "def test_" + std::to_string(k) + "(): pass\n";
    paths.push_back(tree_.Write("test_" + std::to_string(i) + ".py", text));
  }
  FactStore store = Open(/*threads=*/4);
  store.Load(paths);
  EXPECT_EQ(store.parsed(), 100);
  for (size_t i = 0; i < paths.size(); ++i) EXPECT_EQ(store.Get(paths[i]).functions.size(), i + 1);
  EXPECT_EQ(store.parsed(), 100);
  ASSERT_TRUE(store.Save().ok());
  FactStore next = Open(/*threads=*/4);
  next.Load(paths);
  EXPECT_EQ(next.parsed(), 0);
}

TEST_F(FactStoreTest, ADamagedCacheIsIgnoredAndMended) {
  const std::string path = tree_.Write("test_a.py", "def test_a(): pass\n");
  tree_.Write("cache", "fastdisc and then nonsense");
  EXPECT_EQ(Parsed({path}), 1);
  EXPECT_EQ(Parsed({path}), 0);
}

TEST_F(FactStoreTest, WithoutACacheNothingIsWritten) {
  const std::string path = tree_.Write("test_a.py", "def test_a(): pass\n");
  FactStore store("", 1, clock_);
  store.Get(path);
  EXPECT_TRUE(store.Save().ok());
  EXPECT_FALSE(std::filesystem::exists(tree_.Path("cache")));
}

}  // namespace
}  // namespace fastest::discovery
