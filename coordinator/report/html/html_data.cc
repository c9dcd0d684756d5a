#include "coordinator/report/html/html_data.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/countable.h"
#include "base/json_text.h"
#include "coordinator/report/text/outcome_words.h"
#include "coordinator/report/text/pytest_order.h"
#include "coordinator/report/text/test_report.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

using Json = nlohmann::ordered_json;

// A list in JSON. It has as many values as there are tests, so values are written when they come.
class Column {
 public:
  void Add(int64_t value) {
    Begin();
    text_.AddCount(value);
  }
  void Add(std::string_view value) {
    Begin();
    AddJsonText(value, &text_);
  }
  std::string text() const { return text_.empty() ? "[]" : std::string(text_.text()) + "]"; }

 private:
  void Begin() { text_.Add(text_.empty() ? '[' : ','); }

  TextBuffer text_;
};

int64_t Micros(double seconds) { return std::llround(Countable(seconds * 1e6)); }

Json SectionsOf(const v1::Phase& phase) {
  Json sections = Json::array();
  for (const v1::Section& section : phase.sections()) sections.push_back({section.name(), section.content()});
  return sections;
}

// What a test that did not simply pass has to say.
Json DetailsOf(const v1::TestResult& result) {
  Json details = Json::object();
  for (const v1::Phase& phase : CompletePhases(result)) {
    const bool says_something = phase.outcome() != "passed" || phase.xfail() || !phase.subtest().empty();
    if (!says_something && phase.sections().empty()) continue;
    Json said = {{"when", phase.when()}, {"outcome", phase.outcome()}};
    if (!phase.subtest().empty()) said["subtest"] = phase.subtest();
    if (!phase.crash_message().empty()) said["message"] = phase.crash_message();
    if (const std::string reason = ShortReason(phase); !reason.empty()) said["reason"] = reason;
    if (!phase.longrepr().empty()) said["text"] = phase.longrepr();
    if (phase.sections_size() > 0) said["sections"] = SectionsOf(phase);
    details["phases"].push_back(std::move(said));
  }
  if (result.reason() != v1::REASON_NONE) {
    details["reason"] = result.reason() == v1::CRASH ? "crash" : "timeout";
    details["death"] = result.death();
  }
  if (!result.quarantined().empty()) details["quarantined"] = result.quarantined();
  if (result.has_label()) details["label"] = LabelText(result.label());
  if (result.location_line() >= 0 && !details.empty()) details["line"] = result.location_line() + 1;
  for (const v1::Property& property : result.user_properties()) {
    details["properties"].push_back({property.name(), property.value()});
  }
  return details;
}

}  // namespace

int FileNumbers::Of(const std::string& file) {
  const auto [known, is_new] = numbers_.try_emplace(file, static_cast<int>(numbers_.size()));
  if (is_new) names_.push_back(file);
  return known->second;
}

std::string HtmlData::FileOf(const Row& row) { return std::string(ModuleOf(row.node_id)); }

std::string HtmlData::NameOf(const v1::TestRef& test) {
  return test.index() > 0 ? absl::StrCat(test.node_id(), " (", test.index() + 1, ")") : test.node_id();
}

std::string HtmlData::Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

HtmlData::Json HtmlData::Earlier(const EarlierReport& earlier) {
  Json tests = Json::object();
  for (const auto& [node_id, test] : earlier.tests) {
    tests[node_id] = {std::string(1, test.outcome), Micros(test.seconds)};
  }
  return {{"name", earlier.name}, {"tests", std::move(tests)}};
}

int HtmlData::LaneOf(const results::Origin& origin) {
  const SlotTrack track = tracks_.Of(origin);
  const auto [lane, is_new] = lanes_.try_emplace({track.agent, track.slot}, static_cast<int>(lanes_.size()));
  if (is_new) lane_names_.push_back(absl::StrCat(origin.agent, " #", track.slot));
  return lane->second;
}

void HtmlData::AgentJoined(const results::AgentFacts& agent) {
  std::string note = absl::StrCat("agent ", agent.name, " joined from ", agent.hostname, " with ", agent.slots,
                                  agent.slots == 1 ? " slot" : " slots");
  for (const auto& [name, value] : agent.labels) absl::StrAppend(&note, ", ", name, "=", value);
  notes_.push_back(std::move(note));
}

void HtmlData::AgentLost(const std::string& agent, const std::string& why) {
  notes_.push_back(absl::StrCat("agent ", agent, " was lost: ", why));
}

void HtmlData::AgentRefused(const std::string& agent, const std::string& why) {
  notes_.push_back(absl::StrCat("agent ", agent, " took no part: ", why));
}

void HtmlData::WorkerStarted(const results::Origin& origin, const results::Labels&) { LaneOf(origin); }

void HtmlData::WorkerLost(const results::Origin& origin, const std::string& how) {
  notes_.push_back(absl::StrCat("worker ", origin.worker, " of agent ", origin.agent, " ended: ", how));
}

HtmlData::Row HtmlData::RowOf(const v1::TestResult& result, const results::Origin& origin) {
  Row row;
  row.node_id = result.reported_id().empty() ? NameOf(result.ref()) : result.reported_id();
  row.outcome = OutcomeLetter(result);
  row.lane = LaneOf(origin);
  row.lease = result.lease_id();
  row.attempt = origin.attempt;
  if (PassedPlainly(result) && result.phases(0).start() > 0) {
    row.start = result.phases(0).start();
    row.setup_s = result.phases(0).duration_s();
    row.call_s = result.phases(1).duration_s();
    row.teardown_s = result.phases(2).duration_s();
    return row;
  }
  for (const v1::Phase& phase : result.phases()) {
    if (!phase.subtest().empty()) continue;
    if (phase.start() > 0 && (row.start == 0 || phase.start() < row.start)) row.start = phase.start();
    (phase.when() == "setup"      ? row.setup_s
     : phase.when() == "teardown" ? row.teardown_s
                                  : row.call_s) += phase.duration_s();
  }
  if (row.start == 0) row.start = std::max(result.stages().started(), run_.started_at);
  if (const Json details = DetailsOf(result); !details.empty()) {
    row.details = static_cast<int>(details_.size());
    details_.push_back(Dump(details));
  }
  return row;
}

void HtmlData::Attempt(const v1::TestResult& result, const results::Origin& origin) {
  attempts_.push_back(RowOf(result, origin));
}

void HtmlData::Result(const v1::TestResult& result, const results::Origin& origin) {
  tests_.push_back(RowOf(result, origin));
}

void HtmlData::Collect(const v1::CollectReport& report) {
  Json entry = {{"nodeid", report.node_id()}, {"outcome", report.outcome()}, {"text", report.longrepr()}};
  if (report.outcome() == "skipped") entry["reason"] = ShortReason(TestReport(report).phase);
  collected_.push_back(std::move(entry));
}

void HtmlData::Note(const std::string& text) { notes_.push_back(text); }

HtmlData::Json HtmlData::About(const results::RunSummary& summary) const {
  Json counts = Json::object();
  for (const auto& [category, count] : summary.counts) {
    if (!category.empty()) counts[category] = count;
  }
  const results::TimingSummary& timing = summary.timing;
  Json about = {{"version", run_.version},
                {"run_id", run_.run_id},
                {"rootdir", run_.rootdir},
                {"python", run_.python_version},
                {"pytest", run_.pytest_version},
                {"hostname", run_.hostname},
                {"slots", run_.slots},
                {"whole_reason", run_.whole_reason},
                {"started_at", run_.started_at},
                {"finished_at", summary.finished_at},
                {"duration_s", summary.duration_s},
                {"exit_code", summary.exit_code},
                {"stop_reason", summary.stop_reason},
                {"counts", counts},
                {"plugin_summary", summary.plugin_summary}};
  about["plan"] = {{"predicted_s", plan_.predicted_s}, {"measured", plan_.measured}};
  about["timing"] = {{"total_s", timing.total_s},     {"before_s", timing.before_s}, {"tests_s", timing.tests_s},
                     {"workers", timing.workers},     {"busy_s", timing.busy_s},     {"setup_s", timing.setup_s},
                     {"waiting_s", timing.waiting_s}, {"tail_s", timing.tail_s}};
  Json not_run = Json::array();
  for (const results::NotRun& test : summary.books.not_run) {
    const std::string& name = test.ref.node_id().empty() ? test.module : test.ref.node_id();
    not_run.push_back({name + results::NotRunSuffix(test), test.reason});
  }
  about["not_run_text"] = summary.books.CountNotRun().Text();
  about["not_run"] = std::move(not_run);
  about["problems"] = summary.books.disagreements;
  about["notes"] = notes_;
  return about;
}

HtmlData::Range HtmlData::Columns(const std::vector<Row>& rows, size_t begin, size_t most, size_t most_bytes,
                                  FileNumbers* files) const {
  Column names;
  Column file;
  Column lane;
  Column lease;
  Column start;
  Column setup;
  Column call;
  Column teardown;
  std::string outcome;
  Json attempt = Json::object();
  std::string details;
  // Tests come in order, so the file is mostly that of the test before.
  std::string module;
  int number = -1;
  size_t at = begin;
  for (; at < rows.size() && at - begin < most && details.size() < most_bytes; ++at) {
    const Row& row = rows[at];
    const std::string_view node_id = row.node_id;
    if (const std::string_view of = ModuleOf(row.node_id); number < 0 || of != module) {
      module = of;
      number = files->Of(module);
    }
    names.Add(node_id.size() > module.size() + 2 ? node_id.substr(module.size() + 2) : node_id);
    file.Add(number);
    outcome += row.outcome;
    lane.Add(row.lane);
    lease.Add(static_cast<int64_t>(row.lease));
    start.Add(Micros(row.start - run_.started_at));
    setup.Add(Micros(row.setup_s));
    call.Add(Micros(row.call_s));
    teardown.Add(Micros(row.teardown_s));
    if (row.attempt > 1) attempt[absl::StrCat(at - begin)] = row.attempt;
    if (row.details >= 0) {
      absl::StrAppend(&details, details.empty() ? "" : ",", "\"", at - begin,
                      "\":", details_[static_cast<size_t>(row.details)]);
    }
  }
  return {absl::StrCat("{\"name\":", names.text(), ",\"file\":", file.text(), ",\"outcome\":\"", outcome,
                       "\",\"lane\":", lane.text(), ",\"lease\":", lease.text(), ",\"start\":", start.text(),
                       ",\"setup\":", setup.text(), ",\"call\":", call.text(), ",\"teardown\":", teardown.text(),
                       ",\"attempt\":", Dump(attempt), ",\"details\":{", details, "}}"),
          at};
}

bool HtmlData::Finished(const results::RunSummary& summary) {
  PytestOrder(summary.module_order).Sort(tests_, [](const Row& row) -> const std::string& { return row.node_id; });
  return true;
}

}  // namespace fastest::report
