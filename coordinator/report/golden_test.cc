// What our reporters write, against what genuine pytest wrote of the same reports (testdata/record.py).
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/report/junit_reporter.h"
#include "coordinator/report/string_sink.h"
#include "coordinator/report/terminal_reporter.h"

namespace fastest::report {
namespace {

using nlohmann::json;

std::string ReadFile(const std::string& name) {
  std::ifstream file("coordinator/report/testdata/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

template <typename Message>
Message Parse(const json& value) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(value.dump(), &message);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return message;
}

RunStart ParseRun(const json& value) {
  RunStart run;
  run.version = "0.1.0";
  run.rootdir = value["rootdir"];
  run.invocation_dir = value["invocation_dir"];
  run.python_version = value["python_version"];
  run.pytest_version = value["pytest_version"];
  run.header = value["header"].get<std::vector<std::string>>();
  run.options = value["options"].get<std::map<std::string, std::string>>();
  run.slots = 1;
  return run;
}

results::RunSummary ParseSummary(const json& value, const std::vector<std::string>& modules) {
  results::RunSummary summary;
  summary.exit_code = value["exit_code"];
  summary.stop_reason = value["stop_reason"];
  summary.counts = value["counts"].get<std::map<std::string, int>>();
  summary.duration_s = value["duration_s"];
  summary.books.collected = value["collected"];
  summary.books.reported = value["reported"];
  summary.books.balanced = true;
  summary.module_order = modules;
  return summary;
}

// Feeds a recording to `reporter`.
void Replay(const std::vector<json>& events, Reporter& reporter) {
  std::vector<std::string> modules;
  int deselected = 0;
  for (const json& event : events) {
    if (event.contains("run")) {
      reporter.RunStarted(ParseRun(event["run"]));
    } else if (event.contains("deselected")) {
      deselected += event["deselected"].get<int>();
      reporter.Deselected(deselected);
    } else if (event.contains("expected")) {
      reporter.Expected(event["expected"], true);
    } else if (event.contains("module")) {
      modules.push_back(event["module"]);
      reporter.ModuleExpected(event["module"], event["tests"]);
    } else if (event.contains("collect")) {
      reporter.Collect(Parse<v1::CollectReport>(event["collect"]));
    } else if (event.contains("warning")) {
      reporter.Warning(Parse<v1::RecordedWarning>(event["warning"]));
    } else if (event.contains("result")) {
      reporter.Result(Parse<v1::TestResult>(event["result"]), {"local", "gw0", 1});
    } else {
      EXPECT_TRUE(reporter.Finished(ParseSummary(event["summary"], modules))) << event;
    }
  }
}

std::vector<json> ReadEvents(const std::string& name) {
  std::vector<json> events;
  std::istringstream lines(ReadFile(name + ".jsonl"));
  for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
  return events;
}

// The parts of an XML document that two runs of the same tests have in common.
std::string Canonical(const std::string& text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_string(text.c_str(), pugi::parse_full);
  EXPECT_TRUE(parsed) << parsed.description() << "\n" << text;
  pugi::xml_node suite = document.child("testsuites").child("testsuite");
  for (const char* varying : {"time", "timestamp", "hostname"}) {
    EXPECT_TRUE(suite.attribute(varying)) << varying;
    suite.remove_attribute(varying);
  }
  std::ostringstream canonical;
  document.save(canonical);
  return canonical.str();
}

class GoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, TerminalTextIsPytests) {
  const std::vector<json> events = ReadEvents(GetParam());
  TerminalOptions options;
  options.color = events.front()["run"]["color"];
  options.junit_xml_path = "/tmp/fastest_recorded_junit.xml";
  std::ostringstream out;
  std::ostringstream err;
  TerminalReporter reporter(out, err, options);
  Replay(events, reporter);
  EXPECT_EQ(out.str(), ReadFile(std::string(GetParam()) + ".txt"));
  EXPECT_EQ(err.str(), "");
}

TEST_P(GoldenTest, JunitReportIsPytests) {
  const std::vector<json> events = ReadEvents(GetParam());
  JunitOptions options;
  options.prefix = events.front()["run"]["prefix"];
  std::string written;
  std::ostringstream err;
  JunitReporter reporter(std::make_unique<StringSink>(&written), options, err);
  Replay(events, reporter);
  EXPECT_EQ(Canonical(written), Canonical(ReadFile(std::string(GetParam()) + ".xml")));
  EXPECT_EQ(err.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenTest,
                         testing::Values("plain", "color", "color_quiet", "verbose", "very_verbose", "quiet",
                                         "very_quiet", "all_kinds", "unfolded", "stopped", "deselected", "nothing",
                                         "nothing_quiet", "no_summary", "broken", "broken_on"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace fastest::report
