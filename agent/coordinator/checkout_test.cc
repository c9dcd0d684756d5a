#include "agent/coordinator/checkout.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file_digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(MapPathTest, ReplacesWholeFolders) {
  EXPECT_EQ(MapPath("/a/b", "/a/b", "/x"), "/x");
  EXPECT_EQ(MapPath("/a/b/c/d", "/a/b", "/x"), "/x/c/d");
  EXPECT_EQ(MapPath("/a/b::test", "/a/b", "/x"), "/x::test");
  EXPECT_EQ(MapPath("/a/bc", "/a/b", "/x"), "/a/bc");
  EXPECT_EQ(MapPath("/a", "/a/b", "/x"), "/a");
  EXPECT_EQ(MapPath("/etc", "/", "/x"), "/x/etc");
  EXPECT_EQ(MapPath("/etc", "", "/x"), "/etc");
}

TEST(SpecForCheckoutTest, MapsDirectoryAndArguments) {
  v1::CoordinatorMessage::StartRun start;
  start.set_rootdir("/home/me/project");
  start.mutable_spec()->set_run_id("r");
  start.mutable_spec()->set_python("/home/me/venv/bin/python");
  start.mutable_spec()->set_invocation_dir("/home/me/project/sub");
  for (const char* argument : {"test_a.py", "/home/me/project/sub/test_b.py::test", "--ignore=/home/me/project/old",
                               "-k", "a=/home/me/project", "--basetemp=/tmp/x", ""}) {
    start.mutable_spec()->add_pytest_args(argument);
  }
  const v1::RunSpec spec = SpecForCheckout(start, "/srv/checkout");
  EXPECT_EQ(spec.run_id(), "r");
  EXPECT_EQ(spec.python(), "");
  EXPECT_EQ(spec.invocation_dir(), "/srv/checkout/sub");
  EXPECT_THAT(spec.pytest_args(),
              ElementsAre("--rootdir=/srv/checkout", "test_a.py", "/srv/checkout/sub/test_b.py::test",
                          "--ignore=/srv/checkout/old", "-k", "a=/home/me/project", "--basetemp=/tmp/x", ""));
}

TEST(ExpectedFilesTest, NamesWhatDiffers) {
  const std::string workdir = testing::TempDir();
  v1::CoordinatorMessage::StartRun start;
  const auto expect_file = [&](const std::string& name, uint64_t digest) {
    auto* file = start.add_files();
    file->set_path(name);
    file->set_digest(digest);
  };
  std::ofstream(workdir + "/test_same.py") << "def test(): pass\n";
  std::ofstream(workdir + "/test_changed.py") << "def test(): assert False\n";
  const uint64_t digest = FileDigest(workdir + "/test_same.py").value();
  expect_file("test_same.py", digest);
  EXPECT_TRUE(ExpectedFiles(start, workdir).Compare().ok());

  expect_file("test_changed.py", digest);
  for (int i = 0; i < 4; ++i) expect_file(absl::StrCat("test_gone_", i, ".py"), digest);
  const std::string why(ExpectedFiles(start, workdir).Compare().message());
  EXPECT_THAT(why, HasSubstr(workdir));
  EXPECT_THAT(why, HasSubstr("test_changed.py differs, test_gone_0.py is missing"));
  EXPECT_THAT(why, HasSubstr("and 2 more"));
  EXPECT_THAT(why, HasSubstr("--allow-stale"));
  EXPECT_THAT(why, Not(HasSubstr("test_same.py")));
}

TEST(ExpectedFilesTest, TellsNothingOfFilesThatAreNotTheCheckouts) {
  const std::string workdir = testing::TempDir() + "/closed";
  std::filesystem::create_directories(workdir);
  const std::string outside = testing::TempDir() + "/outside.py";
  std::ofstream(outside) << "secret";
  std::filesystem::remove(workdir + "/link.py");
  std::filesystem::create_symlink(outside, workdir + "/link.py");
  unlink((workdir + "/pipe.py").c_str());
  ASSERT_EQ(mkfifo((workdir + "/pipe.py").c_str(), 0600), 0);
  const auto why = [&](const std::string& path, uint64_t digest) {
    v1::CoordinatorMessage::StartRun start;
    auto* file = start.add_files();
    file->set_path(path);
    file->set_digest(digest);
    return std::string(ExpectedFiles(start, workdir).Compare().message());
  };
  const uint64_t right = FileDigest(outside).value();
  for (const std::string& path :
       {outside, std::string("../outside.py"), std::string("link.py"), std::string("/dev/zero"),
        std::string("../../../../../../dev/zero"), std::string("/no/such/file"), std::string("../no/such/file")}) {
    EXPECT_THAT(why(path, right), HasSubstr(absl::StrCat(": ", path, " leads out of the checkout;")));
    EXPECT_EQ(why(path, right), why(path, right + 1));
  }
  EXPECT_THAT(why("pipe.py", 1), HasSubstr("pipe.py is no regular file"));
  EXPECT_THAT(why("none.py", 1), HasSubstr("none.py is missing"));
}

TEST(ExpectedFilesTest, LooksAgainAsFilesChange) {
  const std::string workdir = testing::TempDir();
  const std::string path = workdir + "/test_changes.py";
  std::ofstream(path) << "def test(): pass\n";
  v1::CoordinatorMessage::StartRun start;
  auto* file = start.add_files();
  file->set_path("test_changes.py");
  file->set_digest(FileDigest(path).value());
  ExpectedFiles files(start, workdir);
  v1::Batch batch;
  batch.set_module("test_changes.py");
  v1::Batch of_whole_collection;
  of_whole_collection.add_tests()->set_node_id("test_changes.py::test");
  v1::Batch unknown;
  unknown.set_module("test_unknown.py");
  EXPECT_TRUE(files.Compare().ok());
  EXPECT_TRUE(files.Compare(batch).ok());

  std::ofstream(path) << "def test(): fail\n";
  EXPECT_THAT(std::string(files.Compare(batch).message()), HasSubstr("test_changes.py differs"));
  EXPECT_FALSE(files.Compare().ok());
  EXPECT_FALSE(files.Compare(of_whole_collection).ok());
  EXPECT_TRUE(files.Compare(unknown).ok());

  // Written anew with the same content: only the content counts.
  std::ofstream(path) << "def test(): pass\n";
  EXPECT_TRUE(files.Compare().ok());
}

}  // namespace
}  // namespace fastest::agent
