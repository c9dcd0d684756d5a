// Test cases of a JUnit report, in the form in which pytest writes them.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_JUNIT_CASES_H_
#define FASTEST_COORDINATOR_REPORT_FILES_JUNIT_CASES_H_

#include <cstddef>
#include <map>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"
#include "coordinator/report/text/display_path.h"
#include "coordinator/report/text/pytest_order.h"
#include "proto/test.pb.h"

namespace fastest::report {

struct JunitOptions {
  // --junit-prefix: stands before each class name.
  std::string prefix;
  // pytest's ini options junit_suite_name, junit_family, junit_logging, junit_duration_report, junit_log_passing_tests.
  std::string suite_name = "pytest";
  std::string family = "xunit2";
  std::string logging = "no";
  std::string duration_report = "total";
  bool log_passing_tests = true;
};

// Takes over the ini options as pytest resolved them (RunStart.options, by these names with "junit_" before them).
void ReadPytestOptions(const std::map<std::string, std::string>& resolved, JunitOptions& options);

// `text` with visible forms ("#x1B") of the characters that XML 1.0 does not allow or that pytest avoids.
std::string EscapeIllegalXml(std::string_view text);

// At most about 500 characters of a failure's message, in whole lines, with a note on what was left out.
std::string ShortenJunitMessage(std::string_view message);

// What the attributes of the suite say.
struct JunitTotals {
  int errors = 0;
  int failures = 0;
  int skipped = 0;
  int passed = 0;
  // Passed calls whose teardown failed: they count twice above, and are one test case.
  int counted_twice = 0;

  int tests() const { return errors + failures + skipped + passed - counted_twice; }
};

// Not thread-safe.
class JunitCases {
 public:
  JunitCases(const JunitOptions& options, const DisplayPath& paths)
      : options_(options),
        paths_(paths),
        plain_passes_(options.family == "xunit2" && (options.logging == "no" || !options.log_passing_tests)) {}

  // Adds one element for the test, or two if its call and its teardown failed. `attempts` failed before it. They are in
  // the (first) element, in the form of Maven Surefire: flakyFailure or flakyError if the test passed in the end,
  // otherwise rerunFailure or rerunError.
  void Add(const v1::TestResult& result, const std::vector<v1::TestResult>& attempts = {});
  void Add(const v1::CollectReport& report);

  const JunitTotals& totals() const { return totals_; }
  // Appends the elements: first those of collectors, then those of tests, both in `order`.
  void AppendTo(const PytestOrder& order, std::string* xml);

 private:
  // The part of text_ that belongs to a test or a collector.
  struct Case {
    std::string node_id;
    size_t begin = 0;
    size_t end = 0;
  };
  struct Spelling {
    std::string class_name;
    std::string name;
  };
  Spelling Spell(std::string_view node_id) const;
  // Writes the element of a test that passed plainly. Returns false if the test needs more than that.
  bool AddPlain(const v1::TestResult& result);
  // Moves the elements of `unwritten_` to the text.
  void WriteDown(const std::string& node_id, std::vector<Case>* cases);
  pugi::xml_node Open(const std::string& node_id, const std::string& path, int line);
  void AddAttempt(const v1::TestResult& attempt, bool flaky, pugi::xml_node element);
  void AddPhase(const v1::TestResult& result, const v1::Phase& phase, pugi::xml_node element);
  void AddSkipped(const v1::Phase& phase, pugi::xml_node element);
  void AddCaptured(const v1::Phase& phase, pugi::xml_node element);
  void Close(const v1::TestResult& result, double duration, pugi::xml_node element);

  const JunitOptions options_;
  const DisplayPath paths_;
  // The element of a test that passed has only name and time.
  const bool plain_passes_;
  // The elements of one test or collector.
  pugi::xml_document unwritten_;
  // The elements of all others, in the order in which they came.
  TextBuffer text_;
  std::vector<Case> collectors_;
  std::vector<Case> tests_;
  JunitTotals totals_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_JUNIT_CASES_H_
