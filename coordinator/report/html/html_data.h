// The data of the HTML page, gathered from a run. --report-html uses it at the end, and --serve-ui while the run goes
// on.
#ifndef FASTEST_COORDINATOR_REPORT_HTML_HTML_DATA_H_
#define FASTEST_COORDINATOR_REPORT_HTML_HTML_DATA_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/earlier_report.h"
#include "coordinator/report/reporter.h"
#include "coordinator/report/slot_tracks.h"

namespace fastest::report {

// Numbers for the names of test files, in the order in which they are met.
class FileNumbers {
 public:
  int Of(const std::string& file);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, int> numbers_;
  std::vector<std::string> names_;
};

// Keeps some hundred bytes for a test that passed, and all texts of other tests. Not thread-safe.
class HtmlData : public Reporter {
 public:
  using Json = nlohmann::ordered_json;

  // One attempt at a test.
  struct Row {
    std::string node_id;
    char outcome = '?';
    int lane = 0;
    uint64_t lease = 0;
    int attempt = 1;
    double start = 0;
    double setup_s = 0;
    double call_s = 0;
    double teardown_s = 0;
    // The place among the details, or -1.
    int details = -1;
  };

  // Rows as columns, in JSON (page/run.js names the columns), and the place of the first row behind them.
  struct Range {
    std::string columns;
    size_t end = 0;
  };

  void RunStarted(const results::RunStart& run) override { run_ = run; }
  void AgentJoined(const results::AgentFacts& agent) override;
  void AgentLost(const std::string& agent, const std::string& why) override;
  void AgentRefused(const std::string& agent, const std::string& why) override;
  void Planned(const results::PlanFacts& plan) override { plan_ = plan; }
  void WorkerStarted(const results::Origin& origin, const results::Labels& labels) override;
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Note(const std::string& text) override;
  // Brings the tests into pytest's order.
  bool Finished(const results::RunSummary& summary) override;

  const results::RunStart& run() const { return run_; }
  // The last result of every test, and the failures that were followed by another attempt. Both in the order of
  // reports, until Finished.
  const std::vector<Row>& tests() const { return tests_; }
  const std::vector<Row>& attempts() const { return attempts_; }
  // "AGENT #SLOT", by Row.lane.
  const std::vector<std::string>& lanes() const { return lane_names_; }
  const Json& collected() const { return collected_; }
  const std::vector<std::string>& notes() const { return notes_; }

  // The lane of a worker.
  int LaneOf(const results::Origin& origin);
  // The facts of the run. While it goes on, `summary` is empty.
  Json About(const results::RunSummary& summary) const;
  // `rows` (of tests() or attempts()) from `begin` on: at most `most` rows, and no more once their details have
  // `most_bytes`. Files get their numbers from `files`. Places in the columns count from `begin`.
  Range Columns(const std::vector<Row>& rows, size_t begin, size_t most, size_t most_bytes, FileNumbers* files) const;

  static std::string FileOf(const Row& row);
  // What the page calls a test.
  static std::string NameOf(const v1::TestRef& test);
  // JSON without spaces. What is not UTF-8 is replaced.
  static std::string Dump(const Json& json);
  // In the form of the page's data.
  static Json Earlier(const EarlierReport& earlier);

 private:
  Row RowOf(const v1::TestResult& result, const results::Origin& origin);

  results::RunStart run_;
  results::PlanFacts plan_;
  SlotTracks tracks_;
  // By agent and slot.
  std::map<std::pair<int, int>, int> lanes_;
  std::vector<std::string> lane_names_;
  std::vector<Row> tests_;
  std::vector<Row> attempts_;
  // In JSON.
  std::vector<std::string> details_;
  Json collected_ = Json::array();
  std::vector<std::string> notes_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_HTML_HTML_DATA_H_
