#include "coordinator/run/run.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/plan/plan_text.h"
#include "coordinator/run/planning.h"
#include "proto/exit_code.h"

namespace fastest::run {
namespace {

// How long workers may take to tear their fixtures down after an interrupt. CI systems kill a job some seconds after
// they have interrupted it, and reports have to be written by then.
constexpr double kInterruptGrace = 5;
// How long workers that have collected wait for those that still collect, where tests could change what these find.
constexpr double kCollectLimit = 60;

dispatch::DispatchQueue::Options QueueOptions(const RunOptions& options, const Estimates& estimates) {
  dispatch::DispatchQueue::Options queue;
  queue.retries = options.failures.retries;
  queue.max_losses = options.patience.max_losses;
  queue.lease_s = options.patience.lease_s;
  // Nothing is granted early by predictions that are only guesses: it would wait behind what takes longer than guessed.
  if (!estimates.measured()) queue.prefetch_s = 0;
  return queue;
}

}  // namespace

Run::Run(RunOptions options, Estimates estimates, Dependencies dependencies)
    : options_(std::move(options)),
      agents_(*dependencies.agents),
      now_(std::move(dependencies.now)),
      started_at_(now_()),
      reports_(std::move(dependencies.reporters), std::move(dependencies.show)),
      estimates_(std::move(estimates)),
      queue_(QueueOptions(options_, estimates_), names_),
      control_(options_.control_option, /*agents_may_leave=*/options_.patience.lease_s > 0,
               /*is_caller=*/!options_.controller.empty()),
      roster_(options_.sequence.has_value() ? options_.sequence->worker : 0, options_.more_agents),
      books_(options_, names_, queue_, control_, reports_) {}

v1::CoordinatorMessage Run::EndRun() {
  v1::CoordinatorMessage message;
  message.mutable_end_run();
  return message;
}

// Agents.

void Run::AgentJoined(int agent, const v1::AgentMessage::Hello& hello) {
  if (ending_.stopped() || Done()) {
    agents_.Send(agent, EndRun());
    return;
  }
  roster_.Join(agent, hello);
  reports_.all().AgentJoined(roster_.FactsOf(agent));
  queue_.AgentJoined(agent, hello.name(), now_());
  v1::CoordinatorMessage message;
  auto* start = message.mutable_start_run();
  start->set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
  *start->mutable_spec() = SpecOf(options_);
  // First: the workers' tests wait for it.
  control_.AgentJoined(agent, hello.slots(), start);
  for (uint32_t slot = 0; slot < hello.slots(); ++slot) StartWorker({agent, slot}, start->add_workers());
  agents_.Send(agent, message);
}

void Run::AgentSaid(int agent, v1::AgentMessage::Event&& event) {
  queue_.AgentHeard(agent, now_());
  if (!roster_.Has(agent)) {
    LateNews(agent, event);
    return;
  }
  if (event.has_refused()) {
    OnRefused(agent, event.refused());
    return;
  }
  const bool gone = event.has_worker_gone();
  const dispatch::SlotKey slot{agent, gone ? event.worker_gone().slot() : event.from_worker().slot()};
  if (control_.Is(slot)) {
    OnControl(event);
    return;
  }
  // What a worker said that was replaced since is of no interest: its loss has been dealt with.
  Worker* const worker = roster_.Find(slot, gone ? event.worker_gone().worker_id() : event.from_worker().worker_id());
  if (worker == nullptr) return;
  if (gone) {
    OnGone(*worker, event.worker_gone());
  } else if (const std::string why = books_.WhyNot(slot, event.from_worker().message()); !why.empty()) {
    OnLie(agent, why);
    return;
  } else {
    WorkerSaid(*worker, *event.mutable_from_worker()->mutable_message());
  }
  Act();
}

void Run::AgentLeft(int agent, const std::string& why) {
  if (!roster_.Has(agent)) return;
  queue_.AgentLost(agent, why, now_());
  GiveUpAgent(agent, why);
}

void Run::AgentBroken(int agent, const std::string& why) {
  if (options_.patience.lease_s <= 0) {
    AgentLeft(agent, why);
    return;
  }
  queue_.AgentBroken(agent);
  Act();
}

void Run::AgentResumed(int agent) {
  if (!roster_.Has(agent)) {
    // Its tests have gone to others, and it may end its workers.
    agents_.Send(agent, EndRun());
    return;
  }
  queue_.AgentResumed(agent, now_());
  Act();
}

void Run::AgentDraining(int agent, const std::string& reason) {
  if (!roster_.Has(agent)) return;
  queue_.AgentDraining(agent);
  const std::string name = roster_.NameOf(agent);
  if (!reason.empty()) {
    roster_.NoteLoss(absl::StrCat(name, " leaves the run when it has finished the tests that it runs: ", reason));
    reports_.Note(roster_.last_loss());
  } else if (!ending_.stopped()) {
    reports_.Note(absl::StrCat(name, " is about to end: it finishes the tests that it runs"));
  }
  Act();
}

void Run::AgentRefused(const std::string& name, const std::string& why) {
  roster_.NoteRefused(name, why);
  reports_.all().AgentRefused(name, why);
}

// Workers.

void Run::WorkerSaid(Worker& worker, v1::WorkerMessage& message) {
  switch (message.message_case()) {
    case v1::WorkerMessage::kReady:
      OnReady(worker, message.ready());
      break;
    case v1::WorkerMessage::kCollectReport:
    case v1::WorkerMessage::kWarning:
      if (!worker.ready) {
        worker.early.push_back(message);
      } else if (message.has_warning()) {
        books_.Warning(worker.id, message.warning());
      } else {
        OnCollectReport(worker, message.collect_report());
      }
      break;
    case v1::WorkerMessage::kCollected:
      books_.Collected(worker, message.collected());
      break;
    case v1::WorkerMessage::kProgress:
      OnProgress(worker, *message.mutable_progress());
      break;
    case v1::WorkerMessage::kLeaseDone:
      books_.LeaseDone(message.lease_done().lease_id());
      break;
    case v1::WorkerMessage::kReturned:
      queue_.Returned(message.returned().lease_id(),
                      {message.returned().tests().begin(), message.returned().tests().end()},
                      message.returned().whole());
      break;
    case v1::WorkerMessage::kOutput:
      OnOutput(worker, message);
      break;
    case v1::WorkerMessage::kEnded:
      OnEnded(worker, message.ended());
      break;
    case v1::WorkerMessage::kAwaitsController:
      control_.AwaitedBy(worker.slot, worker.id, message.awaits_controller().reason());
      break;
    case v1::WorkerMessage::kFailure:
      OnFailure(worker, message.failure());
      break;
    case v1::WorkerMessage::kWaits:
    case v1::WorkerMessage::kAlive:
      // For the agent.
    case v1::WorkerMessage::kNodeConfigured:
      // From the control session only.
    case v1::WorkerMessage::MESSAGE_NOT_SET:
      break;
  }
}

void Run::OnReady(Worker& worker, const v1::WorkerMessage::Ready& ready) {
  worker.ready = true;
  if (!started_) {
    // A plan runs nothing that could be told.
    if (!options_.plan_only) control_.Listen(ready.listener());
    started_ = true;
    final_wait_.FirstReady(now_() - started_at_);
    collection_digest_ = ready.collection().digest();
    Begin(StartOf(options_, ready), worker.slot.agent);
    // Agents may share a folder. One that is slow or lost does not hold up the others for long.
    const double limit = options_.patience.lease_s > 0 ? final_wait_.limit_s() : kCollectLimit;
    if (ready.options().count("live") > 0) await_all_until_ = now_() + limit;
    std::vector<v1::WorkerMessage> early = std::move(worker.early);
    for (v1::WorkerMessage& message : early) WorkerSaid(worker, message);
    PlanTests(options_.share.Select(ready.collection()));
  } else if (ready.collection().digest() != collection_digest_) {
    // Which of them is right can't be known. Work goes only to those that agree with the first.
    StopWork(ending_.CollectionsDiffer(worker.id), false);
    return;
  }
  worker.early.clear();
  worker.early_output.clear();
  books_.WorkerReady(worker, ready.collection(), now_());
  control_.WorkerReady(worker.id, ready.collection());
  begin_.push_back(worker.slot);
  LetBegin();
}

void Run::LetBegin() {
  if (now_() < await_all_until_ && !ending_.stopped()) {
    for (const auto& [slot, worker] : roster_.workers()) {
      if (!worker.ready) return;
    }
  }
  await_all_until_ = 0;
  for (const dispatch::SlotKey slot : std::exchange(begin_, {})) queue_.SlotReady(slot);
}

void Run::Begin(results::RunStart start, int agent) {
  start.started_at = started_at_;
  // Agents may have joined since the run was made. One slot alone would mean a run that is a single session.
  if (start.slots > 1) start.slots = std::max(2, roster_.Slots());
  start.hostname = roster_.FactsOf(agent).hostname;
  stop_rules_ = policy::StopRulesOf(start.options);
  selects_ = start.selects();
  reports_.Begin(start);
  for (const auto& [name, why] : roster_.refused()) reports_.all().AgentRefused(name, why);
  for (const auto& [agent, hello] : roster_.agents()) reports_.all().AgentJoined(roster_.FactsOf(agent));
  for (const auto& [slot, other] : roster_.workers()) {
    reports_.all().WorkerStarted(other.origin, roster_.LabelsOf(slot.agent));
  }
}

void Run::BeginWithoutWorker() {
  Begin(StartOf(options_), roster_.agents().empty() ? 0 : roster_.agents().begin()->first);
  v1::Collection found;
  found.set_mode(v1::BY_MODULE);
  for (const std::string& module : estimates_.modules()) found.add_modules(module);
  PlanTests(found);
}

void Run::PlanTests(const v1::Collection& collection) {
  const int errors = static_cast<int>(collection.errors());
  if (errors > 0 && !stop_rules_.goes_on_after_errors) {
    StopWork(ending_.CollectionErrors(errors), false);
    queue_.Seal();
    if (options_.plan_only) {
      reports_.ShowDirectly(v1::WorkerMessage::Output::STDERR,
                            absl::StrCat(ending_.stop_reason(), "; without --plan they are shown\n"));
    }
    return;
  }
  const PlannedWork work = PlanWork(options_, estimates_, collection);
  books_.Plan(work, estimates_, collection);
  if (!options_.constant_modules.empty()) books_.AddConstantTests(collection, now_());
  if (options_.plan_only) {
    ShowPlan(work.plan);
    return;
  }
  if (work.plan.batches.empty() && !options_.share.everything()) {
    const bool is_rest = options_.share.shard() == 0 || !options_.share.settled().run_ids.empty();
    reports_.Note(is_rest ? "nothing is left to be run"
                          : absl::StrCat("shard ", options_.share.shard(), " of ", options_.share.plan().shards(),
                                         " holds no tests"));
  }
  books_.Queue(work.plan, estimates_.measured(), now_());
  estimates_ = Estimates();
}

void Run::ShowPlan(const plan::Plan& plan) {
  plan::PlanTextOptions text;
  text.slots = options_.slots;
  text.measured = estimates_.measured();
  if (options_.plan_in_full) text.max_lines = plan.batches.size();
  reports_.ShowDirectly(v1::WorkerMessage::Output::STDOUT, plan::PlanText(plan, text));
  ending_.PlanShown(!plan.batches.empty());
  queue_.Seal();
}

void Run::OnOutput(Worker& worker, v1::WorkerMessage& message) {
  if (roster_.IsHeard(worker)) {
    reports_.Output(message.output(), worker.origin);
  } else {
    worker.early_output.push_back(std::move(message));
  }
}

void Run::OnCollectReport(const Worker& worker, const v1::CollectReport& report) {
  if (!books_.CollectReport(worker.id, report)) return;
  // pytest would have run nothing (docs/adr/0007-late-collection-errors.md).
  const bool late = report.outcome() == "failed" && books_.collects_late();
  if (late && !ending_.stopped() && !stop_rules_.goes_on_after_errors) StopWork(ending_.LateCollectionError(), false);
}

void Run::OnProgress(Worker& worker, v1::WorkerMessage::Progress& progress) {
  OnResults(worker.origin, progress);
  worker.running = progress.has_started();
  if (progress.has_started()) {
    worker.began = true;
    books_.TestStarted(worker, progress);
  } else {
    queue_.WorkerWaits(worker.slot);
  }
}

void Run::OnResults(const results::Origin& from, v1::WorkerMessage::Progress& progress) {
  if (progress.results().empty() && progress.passed().empty()) return;
  const double now = now_();
  for (v1::TestResult& result : *progress.mutable_results()) {
    if (books_.Result(from, result, now)) StopAtLimit();
  }
  for (const v1::WorkerMessage::Passed& passed : progress.passed()) {
    if (books_.Passed(from, passed, now)) StopAtLimit();
  }
}

void Run::ShowEarlyOutput(const Worker& worker) {
  for (const v1::WorkerMessage& early : worker.early_output) reports_.Output(early.output(), worker.origin);
}

void Run::OnEnded(const Worker& worker, const v1::WorkerMessage::Ended& ended) {
  control_.WorkerEnded(worker.id, ended.worker_output());
  if (summary_.plugin_summary.empty()) summary_.plugin_summary = ended.terminal_summary();
  for (const v1::Property& property : ended.testsuite_properties()) {
    results::AddOnce({property.name(), property.value()}, &summary_.testsuite_properties);
  }
  const Ending::Pace pace = ending_.SessionEnded(ended, /*only=*/options_.slots == 1);
  // "Now" ends the control session too, and a caller's session has to be told of the end.
  const bool now = pace == Ending::Pace::kStopNow && options_.controller.empty();
  if (pace != Ending::Pace::kGoOn) StopWork(ended.stop_reason(), now);
}

void Run::OnGone(const Worker& worker, const v1::AgentMessage::WorkerGone& gone) {
  // The worker did not become ready as the others did. What it wrote may say why.
  ShowEarlyOutput(worker);
  const bool died = !gone.orderly() || !worker.broke.empty();
  const std::string& how = worker.broke.empty() ? gone.how() : worker.broke;
  if (died) control_.WorkerDied(worker.id, how);
  if (!worker.broke.empty()) queue_.SessionBroke(worker.slot, absl::StrCat(worker.id, " ended: ", how));
  if (died && !ending_.stopped()) {
    roster_.NoteLoss(absl::StrCat(worker.id, " ended: ", how));
    if (!worker.ready && !started_) {
      reports_.ShowDirectly(v1::WorkerMessage::Output::STDERR, roster_.last_loss() + "\n");
    }
    reports_.all().WorkerLost(worker.origin, how);
    CountDeath(worker.id);
  }
  // pytest answered by text alone: another worker could do nothing.
  const bool answered = gone.orderly() && !worker.ready;
  // Nor would another worker hang less than this one.
  const bool in_vain = gone.hung() == v1::AgentMessage::WorkerGone::AT_START;
  if (gone.hung() == v1::AgentMessage::WorkerGone::AT_END) ending_.SessionHung();
  const dispatch::SlotKey slot = worker.slot;
  roster_.End(slot);
  begin_.erase(std::remove(begin_.begin(), begin_.end(), slot), begin_.end());
  LetBegin();
  queue_.WorkerGone(slot, !ending_.stopped() && !answered && !in_vain);
}

void Run::CountDeath(const std::string& worker_id) {
  const int deaths = roster_.CountDeath();
  const std::optional<int> most = options_.patience.max_worker_restart;
  if (most.has_value() && deaths > *most) StopWork(ending_.TooManyDeaths(worker_id, *most), false);
}

// What the run does.

void Run::Act() {
  if (control_.MustBeAwaited() && !ending_.failed() && !ending_.by_user() && !ending_.cut_off()) {
    StartControl();
    return;
  }
  for (const auto& [agent, message] : control_.TakeMessages()) agents_.Send(agent, message);
  for (const int agent : queue_.TakeAgentsSetAside()) {
    reports_.Note(absl::StrCat(roster_.NameOf(agent), " gets no more tests: its workers keep dying"));
  }
  for (const dispatch::Action& action : queue_.TakeActions()) {
    v1::CoordinatorMessage message;
    dispatch::SlotKey slot;
    if (const auto* grant = std::get_if<dispatch::GrantLease>(&action)) {
      slot = grant->slot;
      books_.Granted(grant->lease, slot, roster_.In(slot), now_());
      message.mutable_grant()->set_slot(slot.slot);
      *message.mutable_grant()->mutable_lease() = grant->lease;
    } else if (const auto* finish = std::get_if<dispatch::FinishSlot>(&action)) {
      slot = finish->slot;
      message.mutable_finish_slot()->set_slot(slot.slot);
    } else if (const auto* start = std::get_if<dispatch::StartWorker>(&action)) {
      slot = start->slot;
      StartWorker(slot, message.mutable_start_worker());
    } else if (const auto* revoke = std::get_if<dispatch::RevokeLease>(&action)) {
      slot = revoke->slot;
      message.mutable_revoke()->set_slot(slot.slot);
      message.mutable_revoke()->mutable_revoke()->set_lease_id(revoke->lease_id);
      message.mutable_revoke()->mutable_revoke()->set_max_tests(revoke->max_tests);
    }
    agents_.Send(slot.agent, message);
  }
  TellControl();
}

void Run::StartWorker(dispatch::SlotKey slot, v1::CoordinatorMessage::WorkerAssignment* assignment) {
  const Worker& worker = roster_.Start(slot);
  assignment->set_slot(slot.slot);
  assignment->set_worker_id(worker.id);
  reports_.all().WorkerStarted(worker.origin, roster_.LabelsOf(slot.agent));
  control_.WorkerStarted(worker.id);
  queue_.SlotAdded(slot);
}

void Run::SendToAll(const v1::CoordinatorMessage& message) {
  for (const auto& [agent, hello] : roster_.agents()) agents_.Send(agent, message);
}

void Run::StopWork(const std::string& reason, bool now) {
  queue_.Stop();
  v1::CoordinatorMessage message;
  message.mutable_stop_run()->set_reason(reason);
  message.mutable_stop_run()->set_now(now);
  SendToAll(message);
}

void Run::Fail(int exit_code, const std::string& message) {
  if (ending_.Fail(exit_code, message)) StopWork("", true);
}

void Run::StopAtLimit() {
  const bool enough = stop_rules_.failures > 0 && books_.failures() >= stop_rules_.failures;
  if (enough && !ending_.stopped()) StopWork(ending_.EnoughFailures(books_.failures()), false);
}

void Run::Interrupt() {
  if (ending_.by_user()) return;
  cut_off_at_ = now_() + kInterruptGrace;
  v1::CoordinatorMessage message;
  message.mutable_stop_run()->set_reason(ending_.Interrupt());
  message.mutable_stop_run()->set_interrupt(true);
  queue_.Stop();
  SendToAll(message);
}

void Run::Tick() {
  const double now = now_();
  for (const int agent : queue_.Tick(now)) {
    agents_.Send(agent, EndRun());
    GiveUpAgent(agent, absl::StrCat("it was not heard of for ", options_.patience.lease_s, " s"));
  }
  if (control_.GaveUp(now, started_)) Act();
  KeepDeadline(now);
  if (!begin_.empty()) {
    LetBegin();
    Act();
  }
  if (ending_.by_user() && now >= cut_off_at_) CutOff(now);
  EndWaits(now);
  reports_.all().Tick(now);
}

// The end.

bool Run::WorkDone() const { return queue_.Finished() && !(roster_.more_agents() && queue_.Stranded()); }

bool Run::Done() const {
  if (ending_.failed()) return true;
  if (ending_.cut_off()) return roster_.workers().empty();
  if (started_) return WorkDone() && control_.IsOver();
  // Without a ready worker nothing was ever queued: pytest answered by text alone, or no worker could be started.
  return roster_.started() > 0 && roster_.workers().empty() && !(roster_.more_agents() && roster_.agents().empty());
}

void Run::EndAgents() { SendToAll(EndRun()); }

Circumstances Run::HowItWent() const {
  const policy::Attempts& attempts = books_.attempts();
  Circumstances went;
  went.started = started_;
  went.fails_by_policy = !attempts.expired().empty() || (options_.failures.flaky_fails && attempts.flaky() > 0);
  went.is_part = !options_.share.everything();
  went.one_session = roster_.started() == 1 && attempts.retries() == 0 && attempts.quarantined() == 0;
  return went;
}

int Run::Close() {
  if (!started_ && ending_.by_deadline() && !options_.plan_only && !options_.terminal.forwarded) BeginWithoutWorker();
  if (!ending_.failed()) ShowBreak();
  books_.SettleRetries();
  books_.EnterNotRun(ending_.WhyNotRun(roster_.last_loss()), ending_.stopped(), selects_);
  for (const auto& [test, note] : books_.attempts().expired()) reports_.Note(note);
  NoteUnmatchedQuarantine();
  if (const int flaky = books_.attempts().flaky(); options_.failures.flaky_fails && flaky > 0) {
    reports_.Note(
        absl::StrCat(flaky, flaky == 1 ? " test was" : " tests were", " flaky: the run fails (--flaky-result fail)"));
  }
  if (started_ && !ending_.abandoned() && !control_.Complaint().empty()) reports_.Note(control_.Complaint());
  if (!started_) ending_.NeverStarted(roster_.last_loss());
  summary_.finished_at = now_();
  summary_.duration_s = summary_.finished_at - started_at_;
  books_.Close(started_at_, summary_.finished_at, &summary_);
  summary_.exit_code = ExitCode(ending_, summary_.books, HowItWent());
  // A run that could not take place has its exit code already.
  if (!ending_.forced() && !ending_.failed()) summary_.exit_code = control_.Verdict(summary_.exit_code);
  if (summary_.books.not_run.empty()) ending_.NothingLeft();
  summary_.stop_reason = ending_.stop_reason().empty() ? ending_.ShortFailure() : ending_.stop_reason();
  if (control_.Exists()) summary_.plugin_summary = control_.summary();
  summary_.flaky_fails = options_.failures.flaky_fails;
  const bool complete = reports_.Finish(summary_);
  // A report that was asked for and could not be written must not pass for a good run.
  return !complete && summary_.exit_code == kOk ? kInternalError : summary_.exit_code;
}

void Run::NoteUnmatchedQuarantine() {
  // Less than the suite says nothing of entries for the rest.
  const bool whole = options_.share.everything() && !options_.names_tests && !selects_ && !ending_.stopped();
  if (!started_ || !whole || options_.plan_only || options_.terminal.forwarded || options_.sequence.has_value()) return;
  if (const std::string note = books_.attempts().UnmatchedQuarantine(); !note.empty()) reports_.Note(note);
}

Measurements::Measured Run::TakeMeasured() {
  return Done() ? books_.measurements().Take() : books_.measurements().TakeSettled();
}

}  // namespace fastest::run
