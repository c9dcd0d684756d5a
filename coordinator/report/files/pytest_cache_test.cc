#include "coordinator/report/files/pytest_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/report/testing/sample_results.h"

namespace fastest::report {
namespace {

const results::Origin kOrigin = {"vm", "gw0", 1};

class PytestCacheTest : public testing::Test {
 protected:
  PytestCacheTest() {
    const char* tmp = getenv("TEST_TMPDIR");
    folder_ = absl::StrCat(tmp == nullptr ? "/tmp" : tmp, "/cache-", getpid(), "-",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  ~PytestCacheTest() override { std::filesystem::remove_all(folder_); }

  results::RunStart Start(int slots = 2) {
    results::RunStart run;
    run.slots = slots;
    run.options["cache_dir"] = folder_;
    return run;
  }
  std::string Read(const std::string& name) {
    std::ifstream file(absl::StrCat(folder_, "/", name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static std::vector<v1::TestRef> Refs(const std::vector<std::string>& ids) {
    std::vector<v1::TestRef> refs;
    for (const std::string& id : ids) refs.emplace_back().set_node_id(id);
    return refs;
  }

  std::string folder_;
  std::ostringstream err_;
};

TEST_F(PytestCacheTest, FirstRun) {
  PytestCache cache(err_);
  cache.RunStarted(Start());
  cache.Collected("b.py", Refs({"b.py::y", "b.py::x"}), 0);
  cache.Collected("a.py", Refs({"a.py::\xC3\xBC"}), 0);
  cache.Result(FailedResult("b.py::y", "no"), kOrigin);
  cache.Result(PassedResult("b.py::x"), kOrigin);
  cache.Result(DeadResult("a.py::\xC3\xBC", "signal SIGSEGV"), kOrigin);
  EXPECT_TRUE(cache.Finished({}));
  EXPECT_EQ(Read("v/cache/lastfailed"), "{\n  \"b.py::y\": true,\n  \"a.py::\xC3\xBC\": true\n}");
  EXPECT_EQ(Read("v/cache/nodeids"), "[\n  \"a.py::\xC3\xBC\",\n  \"b.py::x\",\n  \"b.py::y\"\n]");
  EXPECT_EQ(Read(".gitignore"), "*\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(PytestCacheTest, LaterRunsKeepWhatTheyDoNotRun) {
  std::filesystem::create_directories(folder_ + "/v/cache");
  std::ofstream(folder_ + "/v/cache/lastfailed") << R"({"a.py::x": true, "b.py::y": true, "c.py": true})";
  std::ofstream(folder_ + "/v/cache/nodeids") << R"(["a.py::x", "old.py::z"])";
  PytestCache cache(err_);
  cache.RunStarted(Start());
  cache.Collected("a.py", Refs({"a.py::x"}), 0);
  cache.Collected("c.py", Refs({"c.py::one", "c.py::two"}), 0);
  cache.Result(PassedResult("a.py::x"), kOrigin);
  cache.Result(PassedResult("c.py::one"), kOrigin);
  cache.Finished({});
  EXPECT_EQ(Read("v/cache/lastfailed"), "{\n  \"b.py::y\": true,\n  \"c.py::two\": true\n}");
  EXPECT_EQ(Read("v/cache/nodeids"), "[\n  \"a.py::x\",\n  \"c.py::one\",\n  \"c.py::two\",\n  \"old.py::z\"\n]");
  // It was there already, with whatever pytest has put into it.
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/.gitignore"));
}

TEST_F(PytestCacheTest, NothingNewIsNotWritten) {
  PytestCache cache(err_);
  cache.RunStarted(Start());
  cache.Result(PassedResult("a.py::x"), kOrigin);
  cache.Finished({});
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/v/cache/lastfailed"));
  EXPECT_EQ(Read("v/cache/nodeids"), "[]");
}

TEST_F(PytestCacheTest, CollectorsFailToo) {
  PytestCache cache(err_);
  cache.RunStarted(Start());
  v1::CollectReport report;
  report.set_node_id("a.py");
  report.set_outcome("failed");
  cache.Collect(report);
  cache.Finished({});
  EXPECT_EQ(Read("v/cache/lastfailed"), "{\n  \"a.py\": true\n}");
}

TEST_F(PytestCacheTest, ASingleSessionAndNoCacheAreLeftAlone) {
  PytestCache single(err_);
  single.RunStarted(Start(1));
  single.Result(FailedResult("a.py::x", "no"), kOrigin);
  single.Finished({});
  PytestCache none(err_);
  none.RunStarted({});
  none.Finished({});
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(PytestCacheTest, WhatCannotBeWrittenIsAWarning) {
  std::ofstream file(folder_);
  file << "in the way";
  file.close();
  PytestCache cache(err_);
  cache.RunStarted(Start());
  cache.Result(FailedResult("a.py::x", "no"), kOrigin);
  EXPECT_TRUE(cache.Finished({}));
  EXPECT_THAT(err_.str(), testing::StartsWith("warning: pytest's cache is not kept: "));
}

}  // namespace
}  // namespace fastest::report
