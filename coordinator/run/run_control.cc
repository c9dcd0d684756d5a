// What a run does for its control session.
#include <optional>

#include "coordinator/run/run.h"
#include "proto/exit_code.h"

namespace fastest::run {

void Run::OnControl(const v1::AgentMessage::Event& event) {
  if (control_.Took(event)) {
    const v1::WorkerMessage& message = event.from_worker().message();
    if (message.has_warning()) {
      books_.Warning(message.warning());
    } else if (!started_) {
      reports_.ShowDirectly(message.output().stream(), message.output().data());
    } else {
      reports_.all().Output(message.output(), {roster_.FactsOf(control_.agent()).name, event.from_worker().worker_id(),
                                               1, static_cast<int>(event.from_worker().slot())});
    }
  }
  if (control_.CallerLeft()) Fail(kNotRun, "pytest, which called for this run, has ended");
  if (const auto& end = control_.early_end(); end.has_value() && !started_) Fail(end->exit_status, end->message);
  Act();
}

void Run::StartControl() {
  const std::optional<int> host = control_.IsMissing() ? roster_.Host() : std::nullopt;
  if (host.has_value()) agents_.Send(*host, control_.Start(*host, roster_.agents().at(*host).slots()));
}

void Run::TellControl() {
  if (!started_ || ending_.failed() || ending_.cut_off()) return;
  StartControl();
  const bool done = WorkDone();
  while (const std::optional<v1::CoordinatorMessage> replay = control_.Replay(done)) {
    agents_.Send(control_.agent(), *replay);
  }
  if (!done || !control_.IsReady()) return;
  control::Control::Outcome outcome;
  outcome.failed = books_.failures();
  outcome.collected = books_.known();
  outcome.deselected = books_.deselected();
  outcome.testsuite_properties = summary_.testsuite_properties;
  // A deadline leaves tests out, and what the others have covered is still worth a report.
  if (ending_.stopped() && !ending_.by_deadline()) {
    outcome.stop_reason = ending_.stop_reason();
    outcome.stop_status = ending_.StopStatus();
  }
  agents_.Send(control_.agent(), control_.Conclude(outcome, now_()));
}

}  // namespace fastest::run
