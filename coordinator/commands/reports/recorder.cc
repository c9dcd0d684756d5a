#include "coordinator/commands/reports/recorder.h"

#include "absl/strings/str_cat.h"
#include "coordinator/history/store.h"
#include "proto/test_id.h"

namespace fastest::commands {

void Recorder::Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) {
  measurements_.Collected(module, collect_s);
  int& size = sizes_[module];
  for (const v1::TestRef& test : tests) places_[TestId(test)] = {module, size++};
}

void Recorder::Result(const v1::TestResult& result, const results::Origin& origin) {
  const auto place = places_.find(TestId(result.ref()));
  const bool known = place != places_.end();
  measurements_.Add(absl::StrCat(origin.agent, " ", origin.worker),
                    known ? place->second.module : std::string(ModuleOf(result.ref().node_id())), result,
                    known ? place->second.position : 0, origin.attempt);
}

bool Recorder::Finished(const results::RunSummary& /*summary*/) {
  const run::Measurements::Measured measured = measurements_.Take();
  if (measured.tests.empty()) return true;
  absl::StatusOr<std::unique_ptr<history::History>> history = history::OpenStore(history_);
  const absl::Status recorded =
      history.ok() ? (*history)->Record("", measured.tests, measured.setup_s) : history.status();
  if (!recorded.ok()) {
    err_ << "warning: the durations are not kept: " << recorded.message() << "\n";
    err_.flush();
  }
  return true;
}

}  // namespace fastest::commands
