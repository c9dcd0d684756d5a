#include "coordinator/commands/runs/run_history.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/interrupts.h"
#include "coordinator/history/store.h"

namespace fastest::commands {
namespace {

// A run that is cut off loses the measurements of this time at most. In a store where each record is a file, the time
// doubles with each record: such a run loses at most the second half of its measurements.
constexpr absl::Duration kRecordEvery = absl::Seconds(5);

// A store that the user has named belongs to the project (see HistoryRequest::project). A base always has a name.
constexpr char kNamed[] = "";

}  // namespace

RunHistory::RunHistory(const request::HistoryRequest& request, std::function<void(const std::string&)> warn)
    : project_(request.project),
      base_(request.base),
      warn_(std::move(warn)),
      until_next_record_(kRecordEvery),
      next_record_(absl::Now() + kRecordEvery) {
  if (request.store.empty()) return;
  absl::StatusOr<std::unique_ptr<history::History>> opened = history::OpenStore(request.store, &Interrupted);
  if (opened.ok()) {
    history_ = *std::move(opened);
  } else {
    GiveUp(opened.status());
  }
}

std::unordered_map<std::string, history::ModuleHistory> RunHistory::Load(const std::vector<std::string>& modules) {
  Known known;
  if (history_ != nullptr) {
    auto loaded = history_->Load(project_, modules);
    if (loaded.ok()) {
      known = *std::move(loaded);
      Tell(*history_);
    } else {
      GiveUp(loaded.status());
    }
  }
  std::optional<Known> base = LoadBase(modules);
  // A history without runs of these modules cannot tell that a failure is new.
  const bool base_knows = base.has_value() && KnowsRuns(*base);
  if (base_knows || KnowsRuns(known)) {
    reds_ = policy::RedHistory(Failed(known), base_knows ? std::optional(Failed(*base)) : std::nullopt);
  }
  if (base.has_value()) history::Underlay(*std::move(base), &known);
  return known;
}

bool RunHistory::KnowsRuns(const Known& known) {
  return std::any_of(known.begin(), known.end(), [](const auto& module) { return module.second.knows_runs; });
}

policy::RedHistory::Pasts RunHistory::Failed(const Known& known) {
  policy::RedHistory::Pasts failed;
  for (const auto& [module, history] : known) failed.insert(history.failed.begin(), history.failed.end());
  return failed;
}

void RunHistory::RecordOnTheWay(run::Run& run) {
  if (history_ == nullptr || absl::Now() < next_record_) return;
  if (recording_.valid() && recording_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  if (history_->GrowsWithEachRecord()) until_next_record_ *= 2;
  next_record_ = absl::Now() + until_next_record_;
  BeginRecord(run);
}

void RunHistory::BeginRecord(run::Run& run) {
  if (history_ == nullptr || !Recorded()) return;
  run::Measurements::Measured measured = run.TakeMeasured();
  if (measured.tests.empty()) return;
  recording_ = std::async(std::launch::async, [this, measured = std::move(measured)] {
    return history_->Record(project_, measured.tests, measured.setup_s);
  });
}

void RunHistory::Tell(const history::History& history) {
  if (!history.Remark().empty()) warn_(absl::StrCat("warning: ", history.Remark()));
}

std::optional<RunHistory::Known> RunHistory::LoadBase(const std::vector<std::string>& modules) {
  if (base_.empty()) return std::nullopt;
  const absl::StatusOr<std::unique_ptr<history::History>> opened = history::OpenStoreToRead(base_, &Interrupted);
  auto loaded = opened.ok() ? (*opened)->Load(kNamed, modules) : opened.status();
  if (!loaded.ok()) {
    warn_(absl::StrCat("warning: --history-base is not used: ", std::string(loaded.status().message())));
    return std::nullopt;
  }
  Tell(**opened);
  return *std::move(loaded);
}

bool RunHistory::Recorded() {
  if (!recording_.valid()) return true;
  const absl::Status recorded = recording_.get();
  if (!recorded.ok()) GiveUp(recorded);
  return recorded.ok();
}

void RunHistory::GiveUp(const absl::Status& status) {
  warn_(absl::StrCat("warning: durations of past runs are not used: ", std::string(status.message())));
  history_.reset();
}

}  // namespace fastest::commands
