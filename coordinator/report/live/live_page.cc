#include "coordinator/report/live/live_page.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "coordinator/report/html/html_page.h"
#include "coordinator/report/text/outcome_words.h"

namespace fastest::report {
namespace {

using Json = HtmlData::Json;

// For one answer of /data. While the answer is made, the run's thread may wait.
constexpr size_t kMostRows = 5000;
constexpr size_t kMostCollected = 500;
constexpr size_t kMostDetails = size_t{4} << 20;
// The most running tests that a page is told by name.
constexpr size_t kMostNamed = 50;
constexpr absl::Duration kBetweenEvents = absl::Milliseconds(500);
constexpr absl::Duration kKeepAlive = absl::Seconds(5);
// How soon after the last event a gone browser is noticed.
constexpr absl::Duration kLookForPage = absl::Milliseconds(100);

// The page of the report, without its data. The page may ask for data.
std::string EmptyPage() {
  return absl::StrReplaceAll(HtmlPage(""), {{"<body>", "<body data-live=\"true\">"},
                                            {"img-src data:\"", "img-src data:; connect-src 'self'\""}});
}

// Returns false if the query has `name` and its value is no number.
bool Number(const Pages::Query& query, const char* name, size_t* number) {
  const auto given = query.find(name);
  return given == query.end() || absl::SimpleAtoi(given->second, number);
}

std::pair<std::string, std::string> WorkerOf(const results::Origin& origin) { return {origin.agent, origin.worker}; }

}  // namespace

class LivePage::Stream final : public Pages::Events {
 public:
  Stream(LivePage* live, int page) : live_(*live), page_(page) {}
  ~Stream() override { live_.Leave(page_); }

  bool Next(std::string* data) override {
    const absl::MutexLock lock(&live_.mu_);
    if (told_end_) {
      // The stream is not cut off before the page has everything. Meanwhile, writing shows whether the browser is gone.
      live_.mu_.AwaitWithTimeout(absl::Condition(this, &Stream::Useless), kLookForPage);
      return !Useless();
    }
    live_.mu_.AwaitWithDeadline(absl::Condition(&live_, &LivePage::Ending), not_before_);
    live_.mu_.AwaitWithTimeout(absl::Condition(this, &Stream::HasNews), kKeepAlive);
    if (live_.closing_) return false;
    if (live_.version_ == told_) return true;
    told_ = live_.version_;
    told_end_ = live_.finished_;
    *data = live_.State(page_);
    not_before_ = absl::Now() + kBetweenEvents;
    return true;
  }

 private:
  bool Useless() const ABSL_SHARED_LOCKS_REQUIRED(live_.mu_) {
    return live_.closing_ || live_.pages_.count(page_) == 0;
  }
  bool HasNews() const ABSL_SHARED_LOCKS_REQUIRED(live_.mu_) { return live_.version_ != told_ || live_.closing_; }

  LivePage& live_;
  const int page_;
  uint64_t told_ = 0;
  bool told_end_ = false;
  absl::Time not_before_ = absl::InfinitePast();
};

LivePage::~LivePage() {
  {
    const absl::MutexLock lock(&mu_);
    closing_ = true;
  }
  server_.reset();
}

absl::Status LivePage::Listen(const std::string& address) {
  ASSIGN_OR_RETURN(server_, PageServer::Listen(address, this));
  return absl::OkStatus();
}

void LivePage::RunStarted(const results::RunStart& run) {
  const absl::MutexLock lock(&mu_);
  data_.RunStarted(run);
  started_ = true;
  now_ = run.started_at;
  Changed();
}

void LivePage::AgentJoined(const results::AgentFacts& agent) {
  const absl::MutexLock lock(&mu_);
  data_.AgentJoined(agent);
  Changed();
}

void LivePage::AgentLost(const std::string& agent, const std::string& why) {
  const absl::MutexLock lock(&mu_);
  data_.AgentLost(agent, why);
  Changed();
}

void LivePage::AgentRefused(const std::string& agent, const std::string& why) {
  const absl::MutexLock lock(&mu_);
  data_.AgentRefused(agent, why);
  Changed();
}

void LivePage::Planned(const results::PlanFacts& plan) {
  const absl::MutexLock lock(&mu_);
  data_.Planned(plan);
  Changed();
}

void LivePage::Expected(int tests, bool exact) {
  const absl::MutexLock lock(&mu_);
  expected_ = tests;
  exact_ = exact;
  Changed();
}

void LivePage::WorkerStarted(const results::Origin& origin, const results::Labels& of_its_agent) {
  const absl::MutexLock lock(&mu_);
  data_.WorkerStarted(origin, of_its_agent);
  Changed();
}

void LivePage::WorkerLost(const results::Origin& origin, const std::string& how) {
  const absl::MutexLock lock(&mu_);
  data_.WorkerLost(origin, how);
  at_test_.erase(WorkerOf(origin));
  Changed();
}

void LivePage::TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) {
  const absl::MutexLock lock(&mu_);
  at_test_[WorkerOf(origin)] = {data_.LaneOf(origin), HtmlData::NameOf(test), at};
  Changed();
}

void LivePage::Attempt(const v1::TestResult& result, const results::Origin& origin) {
  const absl::MutexLock lock(&mu_);
  data_.Attempt(result, origin);
  at_test_.erase(WorkerOf(origin));
  Changed();
}

void LivePage::Result(const v1::TestResult& result, const results::Origin& origin) {
  const absl::MutexLock lock(&mu_);
  data_.Result(result, origin);
  ++counts_[OutcomeLetter(result)];
  at_test_.erase(WorkerOf(origin));
  Changed();
}

void LivePage::Collect(const v1::CollectReport& report) {
  const absl::MutexLock lock(&mu_);
  data_.Collect(report);
  Changed();
}

void LivePage::Note(const std::string& text) {
  const absl::MutexLock lock(&mu_);
  data_.Note(text);
  Changed();
}

void LivePage::Tick(double now) {
  const absl::MutexLock lock(&mu_);
  now_ = now;
}

bool LivePage::Finished(const results::RunSummary& summary) {
  const absl::MutexLock lock(&mu_);
  data_.Finished(summary);
  summary_ = summary;
  finished_ = true;
  at_test_.clear();
  // Numbers as in the report, in whatever order pages come to fetch the data.
  files_ = FileNumbers();
  for (const auto* rows : {&data_.tests(), &data_.attempts()}) {
    for (const HtmlData::Row& row : *rows) files_.Of(HtmlData::FileOf(row));
  }
  Changed();
  mu_.AwaitWithTimeout(absl::Condition(this, &LivePage::NobodyLooks), patience_);
  return true;
}

std::string LivePage::State(int page) const {
  Json counts = Json::object();
  for (const auto& [letter, count] : counts_) counts[std::string(1, letter)] = count;
  std::vector<const AtTest*> running;
  for (const auto& [worker, at] : at_test_) running.push_back(&at);
  std::sort(running.begin(), running.end(), [](const AtTest* a, const AtTest* b) { return a->since < b->since; });
  Json now = Json::array();
  for (const AtTest* at : running) {
    if (now.size() == kMostNamed) break;
    now.push_back({data_.lanes()[static_cast<size_t>(at->lane)], at->test, std::max(0.0, now_ - at->since)});
  }
  const double elapsed_s = finished_ ? summary_.duration_s : started_ ? now_ - data_.run().started_at : 0;
  const Json state = {{"page", page},
                      {"run", data_.run().run_id},
                      {"state", finished_  ? "finished"
                                : started_ ? "running"
                                           : "waiting"},
                      {"version", version_},
                      {"tests", data_.tests().size()},
                      {"attempts", data_.attempts().size()},
                      {"expected", expected_},
                      {"exact", exact_},
                      {"counts", counts},
                      {"elapsed", elapsed_s},
                      {"running", running.size()},
                      {"now", now}};
  return HtmlData::Dump(state);
}

Pages::Page LivePage::Data(const Places& from, int page) {
  const size_t first_test = std::min(from.tests, data_.tests().size());
  const size_t first_attempt = std::min(from.attempts, data_.attempts().size());
  const HtmlData::Range tests = data_.Columns(data_.tests(), first_test, kMostRows, kMostDetails, &files_);
  const HtmlData::Range tried = data_.Columns(data_.attempts(), first_attempt, kMostRows, kMostDetails, &files_);
  const Json& reports = data_.collected();
  const size_t first_report = std::min(from.collected, reports.size());
  const size_t reports_end = std::min(reports.size(), first_report + kMostCollected);
  Json collected = Json::array();
  for (size_t at = first_report; at < reports_end; ++at) collected.push_back(reports[at]);
  const bool complete =
      tests.end == data_.tests().size() && tried.end == data_.attempts().size() && reports_end == reports.size();
  const std::vector<std::string>& names = files_.names();
  const size_t first_file = std::min(from.files, names.size());
  Json data = {
      {"run", data_.run().run_id},
      {"finished", finished_},
      {"version", version_},
      {"complete", complete},
      {"from",
       {{"tests", first_test}, {"attempts", first_attempt}, {"files", first_file}, {"collected", first_report}}},
      {"next", {{"tests", tests.end}, {"attempts", tried.end}, {"files", names.size()}, {"collected", reports_end}}},
      {"files", std::vector<std::string>(names.begin() + static_cast<std::ptrdiff_t>(first_file), names.end())},
      {"collected", std::move(collected)},
      {"lanes", data_.lanes()}};
  if (complete) {
    data["about"] = data_.About(summary_);
    // Before the end, most tests would be missing.
    if (finished_ && !earlier_.name.empty()) data["earlier"] = HtmlData::Earlier(earlier_);
  }
  std::string text = HtmlData::Dump(data);
  text.back() = ',';
  absl::StrAppend(&text, "\"tests\":", tests.columns, ",\"attempts\":", tried.columns, "}");
  Page answer = {"application/json", std::move(text), 200, nullptr};
  if (complete && finished_) answer.sent = [this, page] { Leave(page); };
  return answer;
}

std::optional<Pages::Page> LivePage::Get(const std::string& path, const Query& query) {
  if (path == "/") return Page{"text/html; charset=utf-8", EmptyPage(), 200, nullptr};
  if (path != "/data") return std::nullopt;
  Places from;
  size_t page = 0;
  size_t ended = 0;
  if (!Number(query, "from", &from.tests) || !Number(query, "attempts", &from.attempts) ||
      !Number(query, "files", &from.files) || !Number(query, "collected", &from.collected) ||
      !Number(query, "page", &page) || !Number(query, "ended", &ended)) {
    return Page{"text/plain; charset=utf-8", "from, attempts, files, collected, page and ended are numbers.\n", 400,
                nullptr};
  }
  const absl::MutexLock lock(&mu_);
  if (finished_ && ended == 0) from = Places();
  return Data(from, static_cast<int>(page));
}

std::unique_ptr<Pages::Events> LivePage::Follow(const std::string& path) {
  if (path != "/events") return nullptr;
  const absl::MutexLock lock(&mu_);
  pages_.insert(++last_page_);
  return std::make_unique<Stream>(this, last_page_);
}

void LivePage::Leave(int page) {
  const absl::MutexLock lock(&mu_);
  pages_.erase(page);
}

}  // namespace fastest::report
