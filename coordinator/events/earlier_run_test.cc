#include "coordinator/events/earlier_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/events/json_reporter.h"
#include "coordinator/report/html/html_reporter.h"
#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::events {
namespace {

using ::testing::HasSubstr;

class EarlierRunTest : public testing::Test {
 protected:
  EarlierRunTest() {
    const char* tmp = getenv("TEST_TMPDIR");
    path_ = absl::StrCat(tmp == nullptr ? "/tmp" : tmp, "/earlier-", getpid());
  }
  ~EarlierRunTest() override { unlink(path_.c_str()); }
  void Write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }

  // What the reporter of `Make` writes about a small run.
  template <typename Make>
  std::string Written(Make make) {
    std::string written;
    std::ostringstream err;
    {
      const std::unique_ptr<report::Reporter> reporter = make(std::make_unique<report::StringSink>(&written), err);
      reporter->RunStarted({});
      reporter->Result(report::PassedResult("a.py::test_x[1]"), {"vm", "gw0", 1});
      reporter->Result(report::FailedResult("a.py::TestA::test_y", "no"), {"vm", "gw0", 1});
      reporter->Result(report::SkippedResult("b.py::test_z", "</script>"), {"vm", "gw1", 1});
      EXPECT_TRUE(reporter->Finished({}));
    }
    return written;
  }

  void ExpectTheRun() {
    const absl::StatusOr<report::EarlierReport> earlier = ReadEarlierRun(path_);
    ASSERT_TRUE(earlier.ok()) << earlier.status();
    ASSERT_EQ(earlier->tests.size(), 3u);
    EXPECT_EQ(earlier->tests.at("a.py::test_x[1]").outcome, 'p');
    EXPECT_NEAR(earlier->tests.at("a.py::test_x[1]").seconds, 0.006, 1e-6);
    EXPECT_EQ(earlier->tests.at("a.py::TestA::test_y").outcome, 'f');
    EXPECT_EQ(earlier->tests.at("b.py::test_z").outcome, 's');
  }

  std::string path_;
};

TEST_F(EarlierRunTest, FromEventLines) {
  Write(Written([](auto sink, auto& err) { return std::make_unique<JsonReporter>(std::move(sink), err); }));
  ExpectTheRun();
}

TEST_F(EarlierRunTest, FromAPage) {
  const std::string page = Written([](auto sink, auto& err) {
    return std::make_unique<report::HtmlReporter>(std::move(sink), report::EarlierReport(), err);
  });
  // No text of a test may be markup: it would end the data early.
  EXPECT_EQ(page.find("no network"), std::string::npos);
  Write(page);
  ExpectTheRun();
}

TEST_F(EarlierRunTest, WhatIsNeitherIsNamed) {
  EXPECT_THAT(std::string(ReadEarlierRun("/nowhere.html").status().message()),
              HasSubstr("/nowhere.html: No such file"));
  Write("<html></html>");
  EXPECT_THAT(std::string(ReadEarlierRun(path_).status().message()), HasSubstr("neither event lines"));
  Write("<script type=\"text/plain\" id=\"data\">AAAA</script>");
  EXPECT_THAT(std::string(ReadEarlierRun(path_).status().message()), HasSubstr("the data in it is damaged"));
  Write("{}\n");
  EXPECT_THAT(std::string(ReadEarlierRun(path_).status().message()), HasSubstr("line 1: "));
}

}  // namespace
}  // namespace fastest::events
