// pytest's own cache of what failed last and what there was (.pytest_cache), kept as pytest keeps it: workers leave it alone, as pytest-xdist's
// do, and whoever runs them writes it. So a user can change between pytest and Fastest from run to run (--lf, --ff, --nf).
#ifndef FASTEST_COORDINATOR_REPORT_FILES_PYTEST_CACHE_H_
#define FASTEST_COORDINATOR_REPORT_FILES_PYTEST_CACHE_H_

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <string>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Not thread-safe. Does nothing in a run of one session, which keeps the cache itself, and where pytest has none (-p no:cacheprovider).
class PytestCache : public Reporter {
 public:
  // What can't be written is one warning on `err`, which must outlive the reporter; it never fails the run, as with pytest.
  explicit PytestCache(std::ostream& err) : err_(err) {}

  void RunStarted(const results::RunStart& run) override;
  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  using Json = nlohmann::ordered_json;

  // `value` for a key such as "cache/lastfailed"; false after the first that could not be written.
  bool Write(const std::string& key, const Json& value);

  std::ostream& err_;
  // Absolute; empty: nothing is kept.
  std::string folder_;
  // Node ids with `true`, in pytest's order: that in which they first failed.
  Json saved_ = Json::object();
  Json failed_ = Json::object();
  std::set<std::string> node_ids_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_PYTEST_CACHE_H_
