// The run as one page that needs nothing but itself: `--report-html`. The page's own parts are in html/.
#ifndef FASTEST_COORDINATOR_REPORT_HTML_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_HTML_REPORTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/byte_sink.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/reporter.h"
#include "coordinator/report/slot_tracks.h"

namespace fastest::report {

// Not thread-safe. Keeps some hundred bytes of a test that passed, all texts of one that did not. In the page, results stand in columns
// (html/report.js says which), deflated and in base64: about 20 bytes for a test that passed, and nothing that a test says can be markup.
class HtmlReporter : public Reporter {
 public:
  // `earlier`: what to compare with, empty for nothing. The first error of `sink` is told on `err`, which must outlive the reporter.
  HtmlReporter(std::unique_ptr<ByteSink> sink, EarlierReport earlier, std::ostream& err)
      : sink_(std::move(sink)), earlier_(std::move(earlier)), err_(err) {}

  void RunStarted(const RunStart& run) override { run_ = run; }
  void AgentJoined(const AgentFacts& agent) override;
  void AgentLost(const std::string& agent, const std::string& why) override;
  void AgentRefused(const std::string& agent, const std::string& why) override;
  void Planned(const PlanFacts& plan) override { plan_ = plan; }
  void WorkerStarted(const Origin& origin, const Labels& labels) override;
  void WorkerLost(const Origin& origin, const std::string& how) override;
  void Attempt(const v1::TestResult& result, const Origin& origin) override;
  void Result(const v1::TestResult& result, const Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Note(const std::string& text) override;
  // False if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
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
    // Its place in details_, or -1.
    int details = -1;
  };

  int LaneOf(const Origin& origin);
  Row RowOf(const v1::TestResult& result, const Origin& origin);
  Json About(const results::RunSummary& summary) const;
  // The columns of `rows`, as JSON.
  std::string Columns(const std::vector<Row>& rows, std::map<std::string, int>* files,
                      std::vector<std::string>* file_names) const;

  const std::unique_ptr<ByteSink> sink_;
  const EarlierReport earlier_;
  std::ostream& err_;
  RunStart run_;
  PlanFacts plan_;
  SlotTracks tracks_;
  // By agent and slot.
  std::map<std::pair<int, int>, int> lanes_;
  std::vector<std::string> lane_names_;
  std::vector<Row> rows_;
  std::vector<Row> attempts_;
  std::vector<std::pair<std::string, Json>> details_;
  Json collected_ = Json::array();
  std::vector<std::string> notes_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_HTML_REPORTER_H_
