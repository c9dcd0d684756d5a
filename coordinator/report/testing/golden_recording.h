// What genuine pytest wrote of a run, and the reports from which it wrote it (testdata/record.py).
#ifndef FASTEST_COORDINATOR_REPORT_TESTING_GOLDEN_RECORDING_H_
#define FASTEST_COORDINATOR_REPORT_TESTING_GOLDEN_RECORDING_H_

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Every recording's name.
inline constexpr const char* kGoldenRecordings[] = {
    "plain",    "color",   "color_quiet", "verbose", "very_verbose",  "quiet",      "very_quiet", "all_kinds",
    "unfolded", "stopped", "deselected",  "nothing", "nothing_quiet", "no_summary", "broken",     "broken_on"};

inline std::string ReadGolden(const std::string& name) {
  std::ifstream file("coordinator/report/testing/testdata/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

template <typename Message>
Message ParseGolden(const nlohmann::json& value) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(value.dump(), &message);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return message;
}

inline results::RunStart ParseRun(const nlohmann::json& value) {
  results::RunStart run;
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

inline results::RunSummary ParseSummary(const nlohmann::json& value, const std::vector<std::string>& modules) {
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
inline void ReplayGolden(const std::vector<nlohmann::json>& events, Reporter& reporter) {
  std::vector<std::string> modules;
  int deselected = 0;
  for (const nlohmann::json& event : events) {
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
      reporter.Collect(ParseGolden<v1::CollectReport>(event["collect"]));
    } else if (event.contains("warning")) {
      reporter.Warning(ParseGolden<v1::RecordedWarning>(event["warning"]));
    } else if (event.contains("result")) {
      reporter.Result(ParseGolden<v1::TestResult>(event["result"]), {"local", "gw0", 1});
    } else {
      EXPECT_TRUE(reporter.Finished(ParseSummary(event["summary"], modules))) << event;
    }
  }
}

inline std::vector<nlohmann::json> ReadGoldenEvents(const std::string& name) {
  std::vector<nlohmann::json> events;
  std::istringstream lines(ReadGolden(name + ".jsonl"));
  for (std::string line; std::getline(lines, line);) events.push_back(nlohmann::json::parse(line));
  return events;
}

// The parts of an XML document that two runs of the same tests have in common.
inline std::string CanonicalXml(const std::string& text) {
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

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TESTING_GOLDEN_RECORDING_H_
