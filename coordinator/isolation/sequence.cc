#include "coordinator/isolation/sequence.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/events/json_reporter.h"
#include "coordinator/report/byte_sink.h"
#include "proto/test_id.h"
#include "proto/worker_id.h"

namespace fastest::isolation {
namespace {

class Listener final : public report::Reporter {
 public:
  explicit Listener(RecordedRun* run) : run_(run) {}
  void RunStarted(const results::RunStart& start) override { run_->start = start; }
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override { Add(result, origin); }
  void Result(const v1::TestResult& result, const results::Origin& origin) override { Add(result, origin); }

 private:
  void Add(const v1::TestResult& result, const results::Origin& origin) {
    run_->tests.push_back({result.ref(), origin.worker, result.outcome(), result.reason()});
  }

  RecordedRun* const run_;
};

std::set<std::string> WorkersOf(const RecordedRun& run, const std::string& node_id) {
  std::set<std::string> workers;
  for (const Ran& ran : run.tests) {
    if (node_id.empty() || ran.ref.node_id() == node_id) workers.insert(ran.worker);
  }
  return workers;
}

absl::StatusOr<std::string> ChooseWorker(const RecordedRun& run, const std::string& until) {
  if (until.empty()) {
    const std::set<std::string> workers = WorkersOf(run, "");
    if (workers.size() == 1) return *workers.begin();
    return absl::InvalidArgumentError(absl::StrCat(
        "name the worker to repeat: give --until NODEID, or --worker and one of ", absl::StrJoin(workers, ", ")));
  }
  const Ran* chosen = nullptr;
  for (const Ran& ran : run.tests) {
    if (ran.ref.node_id() != until) continue;
    if (chosen == nullptr || (ran.failed() && !chosen->failed())) chosen = &ran;
  }
  if (chosen != nullptr) return chosen->worker;
  return absl::InvalidArgumentError(absl::StrCat("--until ", until, ": that run has no result of such a test"));
}

}  // namespace

absl::StatusOr<RecordedRun> ReadRecordedRun(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError(absl::StrCat(path, ": ", strerror(errno)));
  RecordedRun run;
  events::EventReader reader(file, path);
  ASSIGN_OR_RETURN(const std::optional<results::RunStart> start, reader.Start());
  if (!start.has_value()) return absl::InvalidArgumentError(absl::StrCat(path, ": no event lines in it"));
  Listener listener(&run);
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, reader.Next(listener));
  }
  return run;
}

absl::StatusOr<Sequence> SequenceOf(const RecordedRun& run, const std::string& worker, const std::string& until) {
  std::string name = worker;
  if (name.empty()) {
    ASSIGN_OR_RETURN(name, ChooseWorker(run, until));
  }
  Sequence sequence;
  sequence.slots = run.start.slots;
  const std::optional<int> number = WorkerNumber(name);
  if (!number.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("--worker ", name, ": workers are called gw0, gw1 and so on"));
  }
  sequence.worker = *number;
  std::set<TestId> before;
  bool there = false;
  bool reached = until.empty();
  for (const Ran& ran : run.tests) {
    if (ran.worker != name) continue;
    there = true;
    if (before.emplace(ran.ref).second) sequence.tests.push_back(ran.ref);
    reached |= ran.ref.node_id() == until;
    if (!until.empty() && reached) break;
  }
  if (!there) {
    return absl::InvalidArgumentError(absl::StrCat("--worker ", name,
                                                   ": that run has no result of such a worker; there are ",
                                                   absl::StrJoin(WorkersOf(run, ""), ", ")));
  }
  if (!reached) {
    const std::set<std::string> others = WorkersOf(run, until);
    return absl::InvalidArgumentError(absl::StrCat("--until ", until, ": ", name, " has not run it",
                                                   others.empty() ? "" : "; it ran on ", absl::StrJoin(others, ", ")));
  }
  return sequence;
}

absl::Status WriteSequence(const results::RunStart& start, const Sequence& sequence, const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<report::ByteSink> sink, report::OpenReportFile(path));
  events::JsonReporter reporter(std::move(sink), std::cerr);
  results::RunStart told = start;
  told.slots = sequence.slots;
  reporter.RunStarted(told);
  const results::Origin origin = {"", WorkerId(sequence.worker), 1, 0};
  for (const v1::TestRef& ref : sequence.tests) {
    v1::TestResult result;
    *result.mutable_ref() = ref;
    result.set_outcome(v1::PASSED);
    reporter.Result(result, origin);
  }
  if (reporter.Finished({})) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, " could not be written"));
}

}  // namespace fastest::isolation
