#include "coordinator/commands/recorder.h"

#include "absl/strings/str_cat.h"
#include "coordinator/history/store.h"
#include "coordinator/report/text/display_path.h"

namespace fastest::run {

void Recorder::Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) {
  measurements_.Collected(module, collect_s);
  int& size = sizes_[module];
  for (const v1::TestRef& test : tests) places_[{test.node_id(), test.index()}] = {module, size++};
}

void Recorder::Result(const v1::TestResult& result, const report::Origin& origin) {
  const auto place = places_.find({result.ref().node_id(), result.ref().index()});
  const bool known = place != places_.end();
  measurements_.Add(absl::StrCat(origin.agent, " ", origin.worker),
                    known ? place->second.module : std::string(report::ModuleOf(result.ref().node_id())), result,
                    known ? place->second.position : 0, origin.attempt);
}

bool Recorder::Finished(const results::RunSummary& /*summary*/) {
  const Measurements::Measured measured = measurements_.Take();
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

}  // namespace fastest::run
