// The page of the HTML report while the run goes on: --serve-ui HOST:PORT.
#ifndef FASTEST_COORDINATOR_REPORT_LIVE_LIVE_PAGE_H_
#define FASTEST_COORDINATOR_REPORT_LIVE_LIVE_PAGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/net/page_server.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/html/html_data.h"
#include "coordinator/report/reporter.h"

namespace fastest::report {

// Told by the run's thread, which never waits for a browser before the end. Asked by the server's threads. Serves:
//   /        the page, without data
//   /events  how far the run is, at most twice a second: see page/live.js
//   /data    rows as in the HTML report, a bounded part at a time. The query says from which test, attempt, file and
//            collect report on. The end changes the order of tests. So everything is told again from the start to a
//            page that does not say that it knows of the end (ended=1).
class LivePage : public Reporter, public Pages {
 public:
  // `earlier` is what to compare with at the end, or empty. `patience` is how long open pages may take at the end to
  // fetch the rest.
  explicit LivePage(EarlierReport earlier, absl::Duration patience = absl::Seconds(2))
      : earlier_(std::move(earlier)), patience_(patience) {}
  ~LivePage() override;

  // Call it once. As PageServer::Listen.
  absl::Status Listen(const std::string& address);
  // Valid after Listen.
  const PageServer& server() const { return *server_; }

  void RunStarted(const results::RunStart& run) override;
  void AgentJoined(const results::AgentFacts& agent) override;
  void AgentLost(const std::string& agent, const std::string& why) override;
  void AgentRefused(const std::string& agent, const std::string& why) override;
  void Planned(const results::PlanFacts& plan) override;
  void Expected(int tests, bool exact) override;
  void WorkerStarted(const results::Origin& origin, const results::Labels& of_its_agent) override;
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Note(const std::string& text) override;
  void Tick(double now) override;
  // Waits for open pages, for at most `patience`.
  bool Finished(const results::RunSummary& summary) override;

  std::optional<Page> Get(const std::string& path, const Query& query) override;
  std::unique_ptr<Events> Follow(const std::string& path) override;

 private:
  class Stream;
  // What a worker is doing.
  struct AtTest {
    int lane = 0;
    std::string test;
    double since = 0;
  };

  // The beginning of a part of the data.
  struct Places {
    size_t tests = 0;
    size_t attempts = 0;
    size_t files = 0;
    size_t collected = 0;
  };

  // There is something to tell.
  void Changed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { ++version_; }
  bool Ending() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return finished_ || closing_; }
  bool NobodyLooks() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return pages_.empty(); }
  std::string State(int page) const ABSL_SHARED_LOCKS_REQUIRED(mu_);
  Page Data(const Places& from, int page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The page needs no more.
  void Leave(int page);

  const EarlierReport earlier_;
  const absl::Duration patience_;

  absl::Mutex mu_;
  HtmlData data_ ABSL_GUARDED_BY(mu_);
  FileNumbers files_ ABSL_GUARDED_BY(mu_);
  results::RunSummary summary_ ABSL_GUARDED_BY(mu_);
  bool started_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  // The object is being destroyed.
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  // Counts the changes.
  uint64_t version_ ABSL_GUARDED_BY(mu_) = 1;
  int expected_ ABSL_GUARDED_BY(mu_) = 0;
  bool exact_ ABSL_GUARDED_BY(mu_) = false;
  double now_ ABSL_GUARDED_BY(mu_) = 0;
  // By OutcomeLetter.
  std::map<char, int> counts_ ABSL_GUARDED_BY(mu_);
  // By agent and worker.
  std::map<std::pair<std::string, std::string>, AtTest> at_test_ ABSL_GUARDED_BY(mu_);
  int last_page_ ABSL_GUARDED_BY(mu_) = 0;
  // Pages that follow and do not have everything yet.
  std::set<int> pages_ ABSL_GUARDED_BY(mu_);
  // Declared last, because it calls the rest.
  std::unique_ptr<PageServer> server_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_LIVE_LIVE_PAGE_H_
