#include "coordinator/events/result_line.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <sstream>
#include <string>

#include "coordinator/events/json_reporter.h"
#include "coordinator/report/testing/golden_lines.h"
#include "coordinator/report/testing/result_kinds.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::events {
namespace {

// Lines of all kinds of results, byte by byte: programs of users read them.
TEST(ResultLineTest, LinesStayWhatTheyAre) {
  std::string written;
  std::ostringstream errors;
  JsonReporter reporter(std::make_unique<report::StringSink>(&written), errors);
  for (const report::ReportedResult& reported : report::EveryKindOfResult()) {
    reported.is_last ? reporter.Result(reported.result, reported.origin)
                     : reporter.Attempt(reported.result, reported.origin);
  }
  reporter.Tick(0);
  report::ExpectGoldenLines(written, "coordinator/events/testdata/results.jsonl", 100);
  EXPECT_EQ(errors.str(), "");
}

std::string LineOf(const v1::TestResult& result, const results::Origin& origin) {
  TextBuffer line;
  AddResultLines("result", result, origin, &line);
  return std::string(line.text());
}

v1::TestResult ReadAgain(const std::string& line) {
  const Json event = Json::parse(line);
  EventFields fields(event);
  v1::TestResult result = ResultOf(fields);
  EXPECT_EQ(fields.wrong(), "");
  return result;
}

// A pass that says no more than its times is written without a tree of values, and has no `reports`. With one word
// more, the line is put together in the other way. Both lines say the same.
TEST(ResultLineTest, BothWaysToALineTellTheSame) {
  v1::TestResult plain = report::TimedResult("a.py::T::test_\"\xC3\xBC[1]", 1795619898.8133371, 0.25);
  plain.set_location_line(6);
  plain.set_domain("T.other");
  plain.set_engine_reason("why");
  v1::TestResult words = plain;
  words.mutable_phases(1)->set_outcome("passed");
  const results::Origin origin = {"lo\"cal", "gw1", 1};
  Json quick = Json::parse(LineOf(plain, origin));
  Json slow = Json::parse(LineOf(words, origin));
  EXPECT_EQ(slow.erase("reports"), 1u);
  EXPECT_EQ(quick, slow);
  EXPECT_EQ(quick.dump(), slow.dump());
}

TEST(ResultLineTest, ReportsAreThereAsSoonAsMoreIsSaid) {
  const v1::TestResult plain = report::TimedResult("a.py::x", 100, 0.25);
  const results::Origin origin = {"local", "gw1", 1};
  EXPECT_FALSE(Json::parse(LineOf(plain, origin)).contains("reports"));
  const std::function<void(v1::TestResult&)> changes[] = {
      [](v1::TestResult& r) { r.set_outcome(v1::XPASSED); },
      [](v1::TestResult& r) { r.add_user_properties()->set_name("n"); },
      [](v1::TestResult& r) { r.mutable_phases(1)->add_sections()->set_name("Captured stdout call"); },
      [](v1::TestResult& r) { r.mutable_phases(1)->set_category("passed"); },
      [](v1::TestResult& r) { r.mutable_phases(2)->set_start(5); },
      [](v1::TestResult& r) { r.mutable_phases()->RemoveLast(); },
      [](v1::TestResult& r) { r.clear_stages(); },
      [](v1::TestResult& r) { r.set_reported_id("a.py::y"); },
  };
  for (const auto& change : changes) {
    v1::TestResult changed = plain;
    change(changed);
    const std::string line = LineOf(changed, origin);
    EXPECT_TRUE(Json::parse(line).contains("reports")) << line;
    EXPECT_EQ(ReadAgain(line).SerializeAsString(), changed.SerializeAsString()) << line;
  }
  // The phases of such a result still say nothing.
  v1::TestResult second = plain;
  second.mutable_ref()->set_index(1);
  const std::string line = LineOf(second, {"local", "gw1", 2});
  EXPECT_FALSE(Json::parse(line).contains("reports"));
  EXPECT_EQ(ReadAgain(line).SerializeAsString(), second.SerializeAsString());
}

TEST(ResultLineTest, TheDomainIsLeftOutWhereTheNodeIdSpellsIt) {
  const char* const node_ids[] = {
      "a.py::x",     "a.py::A::x", "a.py::A::B::x[1::2]", "a.py::A.x",         "a.py", "a.py::", "",
      "a.py::A:::x", "a.py::A::",  "a.py::x[a::b]",       "a.py::A::B::x[1.2]"};
  const char* const domains[] = {"x", "A.x",  "A.B.x[1::2]", "A.B.x[1.2]", "A::x",
                                 "",  "A.:x", "A.",          "x[a::b]",    "x[a.b]"};
  for (const char* node_id : node_ids) {
    for (const char* domain : domains) {
      v1::TestResult result = report::PassedResult(node_id);
      result.set_domain(domain);
      const Json event = Json::parse(LineOf(result, {}));
      EXPECT_EQ(event.contains("domain"), SpelledDomain(node_id) != domain) << node_id << " " << domain;
    }
  }
}

TEST(ResultLineTest, ATestIsNamedAsItsReportsNameIt) {
  v1::TestResult result = report::FailedResult("a.py::x", "no");
  result.set_reported_id("say x");
  const std::string line = LineOf(result, {});
  const Json event = Json::parse(line);
  EXPECT_EQ(event["nodeid"], "say x");
  EXPECT_EQ(event["collected_as"], "a.py::x");
  const v1::TestResult again = ReadAgain(line);
  EXPECT_EQ(again.ref().node_id(), "a.py::x");
  EXPECT_EQ(again.reported_id(), "say x");
}

TEST(ResultLineTest, LeasesHaveLargeNumbers) {
  for (const v1::TestResult& kind :
       {report::TimedResult("a.py::x", 100, 0.25), report::FailedResult("a.py::x", "no")}) {
    v1::TestResult result = kind;
    result.set_lease_id(std::numeric_limits<uint64_t>::max());
    EXPECT_EQ(ReadAgain(LineOf(result, {})).lease_id(), result.lease_id());
  }
}

}  // namespace
}  // namespace fastest::events
