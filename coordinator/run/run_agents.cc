// What becomes of agents that a run loses, refuses or does not believe, and of sessions that break.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/run/run.h"
#include "proto/exit_code.h"

namespace fastest::run {

void Run::LateNews(int agent, v1::AgentMessage::Event& event) {
  if (!event.has_from_worker() || !event.from_worker().message().has_progress()) return;
  const results::Origin* const worker = roster_.FindLost(agent, event.from_worker().worker_id());
  const dispatch::SlotKey slot{agent, event.from_worker().slot()};
  if (worker == nullptr || !books_.WhyNot(slot, event.from_worker().message()).empty()) return;
  OnResults(*worker, *event.mutable_from_worker()->mutable_message()->mutable_progress());
  Act();
}

void Run::OnRefused(int agent, const v1::AgentMessage::Refused& refused) {
  if (roster_.agents().size() == 1 && !roster_.more_agents()) {
    Fail(refused.exit_status(), refused.message());
    return;
  }
  queue_.AgentLost(agent, refused.message(), now_());
  roster_.NoteLoss(absl::StrCat(roster_.NameOf(agent), " cannot run the tests: ", refused.message()));
  reports_.all().AgentRefused(roster_.FactsOf(agent).name, refused.message());
  roster_.Refuse(agent, refused.message());
  reports_.Note(roster_.last_loss());
  Act();
}

void Run::GiveUpAgent(int agent, const std::string& why) {
  control_.AgentLeft(agent, why);
  const std::string name = roster_.NameOf(agent);
  const std::string in_reports = roster_.FactsOf(agent).name;
  const std::vector<Worker> lost = roster_.Lose(agent);
  for (const Worker& worker : lost) {
    reports_.all().WorkerLost(worker.origin, absl::StrCat("its agent was lost: ", why));
  }
  const bool none_left = roster_.agents().empty() && !roster_.more_agents();
  // An agent that had nothing left to do may go.
  if (!lost.empty()) {
    reports_.all().AgentLost(in_reports, why);
    roster_.NoteLoss(absl::StrCat(name, " was lost: ", why));
    if (none_left) {
      Fail(kNotRun, absl::StrCat("the agent that ran the tests is gone (", why, ")"));
    } else if (!ending_.stopped()) {
      reports_.Note(absl::StrCat(name, " was lost (", why, "): its tests go to others"));
    }
  }
  if (!none_left) Act();
}

void Run::OnLie(int agent, const std::string& what) {
  const std::string why = absl::StrCat("it can't be believed: ", what);
  agents_.Send(agent, EndRun());
  queue_.AgentLost(agent, why, now_());
  GiveUpAgent(agent, why);
  roster_.Disbelieve(agent);
}

void Run::OnFailure(Worker& worker, const v1::WorkerMessage::Failure& failure) {
  ShowEarlyOutput(worker);
  worker.early_output.clear();
  // With one slot the session is pytest's own. Before a test begins, all sessions do the same. And where no test has
  // come to its end, or the same happened before without a test, it is not the test either.
  const bool again = !last_break_.empty();
  const bool by_all = options_.slots == 1 || !worker.ready || (!books_.any_result() && (!worker.began || again)) ||
                      (again && !worker.running && !test_broke_ && last_break_ == failure.message());
  if (by_all) {
    if (ending_.SessionFailed(failure.exit_status(), failure.message())) StopWork("", true);
    return;
  }
  if (ending_.stopped()) return;
  ending_.SessionBroke();
  last_break_ = failure.message();
  test_broke_ = worker.running;
  worker.broke = worker.running ? "an error in pytest or a plugin broke its session while a test ran"
                                : "an error in pytest or a plugin broke its session between tests";
  ShowBreak();
  break_text_.set_stream(v1::WorkerMessage::Output::STDERR);
  break_text_.set_data(failure.message());
  break_origin_ = worker.origin;
  // Else the next session may break in the same way.
  if (books_.any_result()) ShowBreak();
}

void Run::ShowBreak() {
  if (!break_text_.data().empty()) reports_.Output(break_text_, break_origin_);
  break_text_.clear_data();
}

}  // namespace fastest::run
