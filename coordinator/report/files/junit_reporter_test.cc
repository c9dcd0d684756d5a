// What golden_test.cc cannot see: losses, odd characters, long messages. pytest's own form is compared there.
#include "coordinator/report/files/junit_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <sstream>

#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::report {
namespace {

using ::testing::ElementsAre;

const results::Origin kOrigin = {"local", "gw0", 1};

class JunitReporterTest : public testing::Test {
 protected:
  // Ends the run and reads what was written.
  pugi::xml_node Suite() {
    EXPECT_TRUE(reporter_.Finished(summary_));
    const pugi::xml_parse_result parsed = document_.load_string(written_.c_str());
    EXPECT_TRUE(parsed) << parsed.description() << "\n" << written_;
    return document_.child("testsuites").child("testsuite");
  }

  std::string written_;
  absl::Status error_;
  std::ostringstream err_;
  JunitReporter reporter_{std::make_unique<StringSink>(&written_, nullptr, &error_), {}, err_};
  results::RunSummary summary_;
  pugi::xml_document document_;
};

TEST_F(JunitReporterTest, CasesStandInPytestsOrder) {
  results::RunStart run;
  run.hostname = "host";
  run.options["junit_suite_name"] = "mine";
  reporter_.RunStarted(run);
  reporter_.Result(PassedResult("b.py::y"), kOrigin);
  reporter_.Result(PassedResult("sub/a.py::TestA::x[p::q]"), kOrigin);
  summary_.module_order = {"sub/a.py", "b.py"};
  summary_.duration_s = 1.25;
  const pugi::xml_node suite = Suite();
  EXPECT_STREQ(suite.attribute("name").value(), "mine");
  EXPECT_STREQ(suite.attribute("tests").value(), "2");
  EXPECT_STREQ(suite.attribute("time").value(), "1.250");
  EXPECT_STREQ(suite.attribute("hostname").value(), "host");
  std::vector<std::string> cases;
  for (const pugi::xml_node test : suite.children("testcase")) {
    cases.push_back(std::string(test.attribute("classname").value()) + " " + test.attribute("name").value());
  }
  EXPECT_THAT(cases, ElementsAre("sub.a.TestA x[p::q]", "b y"));
}

TEST_F(JunitReporterTest, ADeadWorkersTestIsAFailure) {
  reporter_.Result(DeadResult("a.py::x", "worker crashed: signal SIGSEGV"), kOrigin);
  const pugi::xml_node suite = Suite();
  EXPECT_STREQ(suite.attribute("failures").value(), "1");
  const pugi::xml_node failure = suite.child("testcase").child("failure");
  EXPECT_STREQ(failure.attribute("message").value(), "worker crashed: signal SIGSEGV");
  EXPECT_STREQ(failure.text().get(), "worker crashed: signal SIGSEGV");
}

TEST_F(JunitReporterTest, TextKeepsItsLinesAndMarkup) {
  v1::TestResult result = FailedResult("a.py::x", "a < b & \"c\"\n\tnext line");
  reporter_.Result(result, kOrigin);
  const pugi::xml_node failure = Suite().child("testcase").child("failure");
  EXPECT_STREQ(failure.attribute("message").value(), "a < b & \"c\"\n\tnext line");
  EXPECT_STREQ(failure.text().get(), "E   a < b & \"c\"\n\tnext line");
}

TEST_F(JunitReporterTest, AnErrorIsTold) {
  error_ = absl::PermissionDeniedError("cannot write junit.xml: Permission denied");
  EXPECT_FALSE(reporter_.Finished(summary_));
  EXPECT_EQ(err_.str(), "fastest: no JUnit report: cannot write junit.xml: Permission denied\n");
}

TEST(EscapeIllegalXmlTest, ShowsWhatXmlCannotHold) {
  EXPECT_EQ(EscapeIllegalXml("a\tb\nc\x1b[0m\x7f"), "a\tb\nc#x1B[0m#x7F");
  EXPECT_EQ(EscapeIllegalXml("日本 \xF0\x9F\x98\x80"), "日本 \xF0\x9F\x98\x80");
  EXPECT_EQ(EscapeIllegalXml("\xEF\xBF\xBF \xED\xA0\x80"), "#xFFFF #xD800");
  EXPECT_EQ(EscapeIllegalXml(std::string_view("\0\xFF", 2)), "#x00#xFF");
}

TEST(ShortenJunitMessageTest, KeepsWholeLines) {
  EXPECT_EQ(ShortenJunitMessage("short\nmessage"), "short\nmessage");
  EXPECT_EQ(ShortenJunitMessage(""), "");
  const std::string line(300, 'x');
  EXPECT_EQ(ShortenJunitMessage(line + "\n" + line), line + "\n[+1 more line; full report in element text]");
  EXPECT_EQ(ShortenJunitMessage(line + "\n" + line + "\nz"), line + "\n[+2 more lines; full report in element text]");
  EXPECT_EQ(ShortenJunitMessage(std::string(600, 'y')),
            std::string(500, 'y') + "...\n[truncated; full report in element text]");
  EXPECT_EQ(ShortenJunitMessage(std::string(500, 'y')), std::string(500, 'y'));
}

TEST(JunitOptionsTest, TakesOverWhatPytestResolved) {
  JunitOptions options;
  ReadPytestOptions({{"junit_family", "legacy"},
                     {"junit_logging", "all"},
                     {"junit_duration_report", "call"},
                     {"junit_log_passing_tests", "False"},
                     {"junit_suite_name", ""}},
                    options);
  EXPECT_EQ(options.family, "legacy");
  EXPECT_EQ(options.logging, "all");
  EXPECT_EQ(options.duration_report, "call");
  EXPECT_FALSE(options.log_passing_tests);
  EXPECT_EQ(options.suite_name, "pytest");
}

TEST(JunitCasesTest, TheShortWayWithAPassGivesTheSameElement) {
  for (const char* duration_report : {"total", "call"}) {
    for (const char* family : {"xunit2", "xunit1"}) {
      for (const char* logging : {"no", "all"}) {
        JunitOptions options;
        options.prefix = "pre.fix";
        options.duration_report = duration_report;
        options.family = family;
        options.logging = logging;
        for (const char* node_id :
             {"a.py::x", "sub/dir.d/a.py::TestA::TestB::x[1::2/3.py]", "a.py::x[<&\"'>]", "a.py::x[\xC3\xBC]",
              "a.py::x[\x1b]", "README.rst::README.rst", "other.yaml::x", "a.py"}) {
          std::string plain;
          JunitCases by_short_way(options, DisplayPath());
          by_short_way.Add(PassedResult(node_id));
          by_short_way.AppendTo(PytestOrder({}), &plain);
          std::string words;
          JunitCases by_long_way(options, DisplayPath());
          by_long_way.Add(PassedInManyWords(node_id));
          by_long_way.AppendTo(PytestOrder({}), &words);
          EXPECT_EQ(plain, words);
          EXPECT_NE(plain.find("<testcase classname=\"pre.fix"), std::string::npos) << plain;
          EXPECT_EQ(by_short_way.totals().tests(), 1);
        }
      }
    }
  }
}

TEST(JunitCasesTest, DurationOfTheCallAlone) {
  JunitOptions options;
  options.duration_report = "call";
  JunitCases cases(options, DisplayPath());
  cases.Add(PassedResult("a.py::x"));
  std::string xml;
  cases.AppendTo(PytestOrder({}), &xml);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(xml.c_str()));
  EXPECT_STREQ(document.child("testcase").attribute("time").value(), "0.002");
}

}  // namespace
}  // namespace fastest::report
