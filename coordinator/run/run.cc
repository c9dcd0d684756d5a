#include "coordinator/run/run.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/version.h"
#include "coordinator/results/passed_result.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::run {
namespace {

// Room for the tests of one part of a split module in the order of positions.
constexpr int kPartStride = 1 << 20;

std::string TestKey(const v1::TestRef& ref) { return absl::StrCat(ref.index(), " ", ref.node_id()); }

int IntOption(const std::map<std::string, std::string>& options, const std::string& name) {
  const auto it = options.find(name);
  int value = 0;
  return it != options.end() && absl::SimpleAtoi(it->second, &value) ? value : 0;
}

dispatch::DispatchQueue::Options QueueOptions(const RunOptions& options, const Estimates& estimates) {
  dispatch::DispatchQueue::Options queue;
  queue.retries = options.retries;
  queue.max_losses = options.max_losses;
  queue.lease_s = options.lease_s;
  // Nothing is granted early by predictions that are only guesses: it would wait behind what takes longer than guessed.
  if (!estimates.measured()) queue.prefetch_s = 0;
  return queue;
}

}  // namespace

Run::Run(RunOptions options, Estimates estimates, Dependencies dependencies)
    : options_(std::move(options)),
      estimates_(std::move(estimates)),
      deps_(std::move(dependencies)),
      queue_(QueueOptions(options_, estimates_), names_),
      control_(options_.control_option, /*agents_may_leave=*/options_.lease_s > 0),
      more_agents_(options_.more_agents),
      ledger_(names_),
      next_worker_(FirstWorker()),
      started_at_(deps_.now()),
      measurements_(names_) {}

void Run::AgentJoined(int agent, const v1::AgentMessage::Hello& hello) {
  v1::CoordinatorMessage message;
  if (stopping_ || Done()) {
    message.mutable_end_run();
    deps_.agents->Send(agent, message);
    return;
  }
  agents_[agent] = hello;
  Report([&](report::Reporter& r) { r.AgentJoined(FactsOf(agent)); });
  queue_.AgentJoined(agent, hello.name(), deps_.now());
  auto* start = message.mutable_start_run();
  start->set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
  v1::RunSpec* spec = start->mutable_spec();
  spec->set_run_id(options_.run_id);
  spec->set_invocation_dir(options_.invocation_dir);
  for (const std::string& arg : options_.pytest_args) spec->add_pytest_args(arg);
  spec->set_collection(options_.collection);
  const int slots = options_.sequence.has_value() ? options_.sequence->slots : options_.slots;
  // A single slot needs no controller: its session is as pytest's own in everything.
  spec->set_xdist_worker(slots > 1);
  spec->set_forward_terminal(options_.forward_terminal);
  spec->set_color(options_.color);
  spec->set_columns(options_.columns);
  spec->set_slots(slots);
  spec->set_hang_timeout_s(options_.hang_timeout_s);
  spec->set_python(options_.python);
  spec->set_engine(options_.engine);
  for (const auto& [module, decided] : options_.native) {
    v1::NativeModule* native = spec->add_native_modules();
    native->set_node_id(module);
    native->set_crc32(decided.crc32);
  }
  for (const std::string& name : options_.preload) spec->add_preload(name);
  spec->set_retries(static_cast<uint32_t>(options_.retries));
  spec->set_junit_xml(options_.junit_xml);
  // First: the workers' tests wait for it.
  control_.AgentJoined(agent, hello.slots(), start);
  for (uint32_t slot = 0; slot < hello.slots(); ++slot) StartWorker({agent, slot}, start->add_workers());
  deps_.agents->Send(agent, message);
}

void Run::StartWorker(dispatch::SlotKey slot, v1::CoordinatorMessage::WorkerAssignment* assignment) {
  Worker worker;
  worker.slot = slot;
  worker.id = absl::StrCat("gw", next_worker_++);
  worker.origin = {agents_[slot.agent].name(), worker.id, 1, static_cast<int>(slot.slot)};
  assignment->set_slot(slot.slot);
  assignment->set_worker_id(worker.id);
  Report([&](report::Reporter& r) { r.WorkerStarted(worker.origin, LabelsOf(slot.agent)); });
  control_.WorkerStarted(worker.id);
  workers_[slot] = std::move(worker);
  queue_.SlotAdded(slot);
}

void Run::AgentSaid(int agent, v1::AgentMessage::Event&& event) {
  queue_.AgentHeard(agent, deps_.now());
  if (agents_.count(agent) == 0) {
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
  const std::string& worker_id = gone ? event.worker_gone().worker_id() : event.from_worker().worker_id();
  const auto it = workers_.find(slot);
  // What a worker said that has been replaced since is of no more interest: its loss has been dealt with.
  if (it == workers_.end() || it->second.id != worker_id) return;
  if (gone) {
    OnGone(it->second, event.worker_gone());
  } else {
    WorkerSaid(it->second, *event.mutable_from_worker()->mutable_message());
  }
  Act();
}

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
        OnWarning(worker.id, message.warning());
      } else {
        OnCollectReport(worker.id, message.collect_report());
      }
      break;
    case v1::WorkerMessage::kCollected:
      OnCollected(worker, message.collected());
      break;
    case v1::WorkerMessage::kProgress:
      OnProgress(worker, *message.mutable_progress());
      break;
    case v1::WorkerMessage::kLeaseDone:
      queue_.LeaseDone(message.lease_done().lease_id());
      if (const auto lease = leases_.find(message.lease_done().lease_id()); lease != leases_.end()) {
        lease->second.tests = std::vector<v1::TestRef>();
      }
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
    case v1::WorkerMessage::kFailure:
      worker.ended = true;
      for (const v1::WorkerMessage& early : worker.early_output) Show(worker, early.output());
      worker.early_output.clear();
      Fail(message.failure().exit_status(), message.failure().message());
      break;
    case v1::WorkerMessage::kWaits:
    case v1::WorkerMessage::kAlive:
      // Its agent's business.
    case v1::WorkerMessage::MESSAGE_NOT_SET:
      break;
  }
}

void Run::OnOutput(Worker& worker, v1::WorkerMessage& message) {
  if (!worker.ready && early_writer_.empty()) early_writer_ = worker.id;
  if (worker.ready || worker.id == early_writer_) {
    Show(worker, message.output());
  } else {
    worker.early_output.push_back(std::move(message));
  }
}

void Run::Show(const Worker& worker, const v1::WorkerMessage::Output& output) {
  if (output.stream() == v1::WorkerMessage::Output::TERMINAL || reporters_.empty()) {
    deps_.show(output.stream(), output.data());
  } else {
    Report([&](report::Reporter& r) { r.Output(output, worker.origin); });
  }
}

void Run::OnReady(Worker& worker, const v1::WorkerMessage::Ready& ready) {
  worker.ready = true;
  if (!start_.has_value()) {
    // A plan runs nothing that could be told.
    if (!options_.plan_only) control_.Listen(ready.listener(), ready.listener_prepares());
    Begin(worker, ready);
    std::vector<v1::WorkerMessage> early = std::move(worker.early);
    for (v1::WorkerMessage& message : early) WorkerSaid(worker, message);
    PlanWork(options_.share.Select(ready.collection()));
  } else if (ready.collection().digest() != collection_digest_) {
    // Which of them is right can't be known; work goes only to those who agree with the first.
    StopWork(absl::StrCat("Different tests were collected by ", worker.id, " and by the worker that was ready first"),
             false);
    forced_exit_ = kTestsFailed;
    return;
  }
  worker.early.clear();
  worker.early_output.clear();
  if (mode_ == v1::WHOLE && !options_.sequence.has_value()) {
    ledger_.WholeCollection(worker.id, options_.share.Select(ready.collection()));
  }
  timing_.WorkerReady(worker.id, worker.origin.agent, deps_.now());
  queue_.SlotReady(worker.slot);
}

void Run::Begin(const Worker& worker, const v1::WorkerMessage::Ready& ready) {
  mode_ = ready.collection().mode();
  collection_digest_ = ready.collection().digest();
  results::RunStart start;
  start.run_id = options_.run_id;
  start.version = kVersion;
  start.rootdir = ready.rootdir();
  start.invocation_dir = options_.invocation_dir;
  start.python_version = ready.python_version();
  start.pytest_version = ready.pytest_version();
  start.header.assign(ready.header().begin(), ready.header().end());
  start.options.insert(ready.options().begin(), ready.options().end());
  start.slots = options_.slots;
  start.pytest_args = options_.pytest_args;
  start.engine = options_.engine;
  start.whole_reason = ready.collection().whole_reason();
  start.started_at = started_at_;
  start.hostname = agents_[worker.slot.agent].hostname();
  if (options_.share.shard() > 0) {
    start.shard = {options_.share.shard(), options_.share.plan().shards(), options_.share.plan().digest(), {}};
  }
  start.shard.rerun_of = options_.share.settled().run_ids;
  start_ = start;
  reporters_ = deps_.make_reporters(start);
  Report([&](report::Reporter& r) { r.RunStarted(start); });
  for (const auto& [name, why] : std::exchange(refused_, {})) AgentRefused(name, why);
  for (const auto& [agent, hello] : agents_) {
    Report([&, agent = agent](report::Reporter& r) { r.AgentJoined(FactsOf(agent)); });
  }
  for (const auto& [slot, other] : workers_) {
    const results::Labels labels = LabelsOf(slot.agent);
    Report([&, origin = &other.origin](report::Reporter& r) { r.WorkerStarted(*origin, labels); });
  }
}

void Run::OnCollected(const Worker& worker, const v1::WorkerMessage::Collected& collected) {
  const auto lease = leases_.find(collected.lease_id());
  if (lease == leases_.end() || lease->second.collected) return;
  lease->second.collected = true;
  lease->second.tests.assign(collected.tests().begin(), collected.tests().end());
  timing_.Collected(worker.id, collected);
  queue_.Collected(collected.lease_id(), collected.tests(), {collected.no_retry().begin(), collected.no_retry().end()});
  if (KnowsTests()) {
    // They are in the books already; what this worker cannot find is explained.
    const char* const why =
        options_.sequence.has_value() ? " did not find it" : " did not find it when it collected again";
    for (const v1::TestRef& ref : collected.missing()) {
      ledger_.NotRun(ref, std::string(ModuleOf(ref.node_id())), absl::StrCat(worker.id, why));
    }
    return;
  }
  const std::string& module = lease->second.module;
  const bool counts_deselected = options_.share.CountsDeselected(module);
  if (counts_deselected || collected.module_deselected() == 0) {
    ledger_.Collected(worker.id, module, collected);
  } else {
    v1::WorkerMessage::Collected without = collected;
    without.clear_module_deselected();
    ledger_.Collected(worker.id, module, without);
  }
  measurements_.Collected(module, collected.collect_s());
  // A lease that hands on the rest of another names tests that are expected already.
  if (lease->second.rest) return;
  int position = static_cast<int>(lease->second.part) * kPartStride;
  for (const v1::TestRef& ref : collected.tests()) positions_.emplace(dispatch::KeyOf(ref, &names_), position++);
  int expected =
      lease->second.split ? static_cast<int>(collected.module_selected()) : static_cast<int>(collected.tests_size());
  if (!options_.share.everything()) expected = expected_of_module_[module] += static_cast<int>(collected.tests_size());
  Report([&](report::Reporter& r) { r.ModuleExpected(module, expected); });
  if (!reporters_.empty()) {
    const std::vector<v1::TestRef> tests(collected.tests().begin(), collected.tests().end());
    Report([&](report::Reporter& r) { r.Collected(module, tests, collected.collect_s()); });
  }
  if (lease->second.part == 0 && counts_deselected) deselected_ += static_cast<int>(collected.module_deselected());
  if (--uncollected_ == 0) ReportExpected(static_cast<int>(positions_.size()));
}

void Run::OnProgress(const Worker& worker, v1::WorkerMessage::Progress& progress) {
  OnResults(worker.origin, progress);
  if (!progress.has_started()) {
    queue_.WorkerWaits(worker.slot);
  } else {
    timing_.TestStarted(worker.id, progress.started_at());
    queue_.TestStarted(progress.started_lease_id(), progress.started());
    Report([&](report::Reporter& r) { r.TestStarted(progress.started(), worker.origin, progress.started_at()); });
  }
}

void Run::OnResults(const results::Origin& from, v1::WorkerMessage::Progress& progress) {
  for (v1::TestResult& result : *progress.mutable_results()) OnResult(from, result);
  for (const v1::WorkerMessage::Passed& passed : progress.passed()) {
    const auto lease = leases_.find(passed.lease_id());
    // Its agent has looked: what is not there was taken from it since, and does not count any more.
    if (lease == leases_.end() || passed.position() >= lease->second.tests.size()) continue;
    v1::TestResult result = results::PassedResult(passed, lease->second.tests[passed.position()]);
    OnResult(from, result);
  }
}

void Run::OnResult(const results::Origin& from, v1::TestResult& result) {
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  const bool may_retry = retries_ < options_.retry_budget.Limit(expected_);
  const dispatch::Verdict verdict =
      queue_.ResultArrived(result.lease_id(), result.ref(), failed, result.reason() != v1::REASON_NONE, may_retry);
  if (!verdict.counts) return;
  timing_.Stamp(from.worker, deps_.now(), &result);
  results::Origin origin = from;
  origin.attempt = verdict.attempt;
  if (!verdict.last) {
    if (++retries_ == options_.retry_budget.Limit(expected_)) {
      Note(absl::StrCat("the retry budget is used up (", retries_, "): from here on a failure is final"));
    }
    Report([&](report::Reporter& r) { r.Attempt(result, origin); });
    failed_attempts_[TestKey(result.ref())] = {result, origin};
    return;
  }
  if (verdict.attempt > 1) failed_attempts_.erase(TestKey(result.ref()));
  Settle(failed, &result);
  if (!ledger_.Reported(result)) return;
  if (verdict.attempt > 1 && !failed) AddFlaky();
  control_.Tell(from.worker, result);
  result.clear_serialized();
  Report([&](report::Reporter& r) { r.Result(result, origin); });
  const auto lease = leases_.find(result.lease_id());
  const std::string& module = lease == leases_.end() || lease->second.module.empty()
                                  ? std::string(ModuleOf(result.ref().node_id()))
                                  : lease->second.module;
  const auto position = positions_.find(dispatch::KeyOf(result.ref(), &names_));
  // A test that nobody collected has none, and does not become one of the run's tests by its result.
  measurements_.Add(origin.worker, module, result, position == positions_.end() ? 0 : position->second, origin.attempt);
  const int limit = FailureLimit();
  if (limit > 0 && ledger_.failures() >= limit && !stopping_) {
    StopWork(absl::StrCat("stopping after ", ledger_.failures(), " failures"), false);
  }
}

void Run::OnCollectReport(const std::string& worker_id, const v1::CollectReport& report) {
  // Parts of a split module each collect it, and so would each report what is wrong with it.
  if (!ledger_.CollectReported(report)) return;
  control_.Tell(worker_id, report);
  Report([&](report::Reporter& r) { r.Collect(report); });
  // Found only when a module's items were made, in the midst of the run, where pytest would have run nothing (see the ADR on
  // late collection errors).
  const bool late = report.outcome() == "failed" && mode_ == v1::BY_MODULE && !leases_.empty();
  if (late && !stopping_ && !GoesOnAfterErrors()) {
    StopWork("Interrupted: 1 error during collection", false);
    interrupted_ = true;
  }
}

void Run::OnWarning(const std::string& worker_id, const v1::RecordedWarning& warning) {
  const std::string& module = warning.module();
  if (!module.empty() && warner_of_module_.emplace(module, worker_id).first->second != worker_id) return;
  ledger_.AddWarnings(1);
  control_.Tell(worker_id, warning);
  Report([&](report::Reporter& r) { r.Warning(warning); });
}

void Run::OnEnded(Worker& worker, const v1::WorkerMessage::Ended& ended) {
  worker.ended = true;
  control_.WorkerEnded(worker.id, ended.worker_output());
  if (plugin_summary_.empty()) plugin_summary_ = ended.terminal_summary();
  for (const v1::Property& property : ended.testsuite_properties()) {
    results::AddOnce({property.name(), property.value()}, &testsuite_properties_);
  }
  if (options_.slots == 1) session_exit_ = ended.exit_status();
  if (ended.exit_called()) {
    StopWork(ended.stop_reason(), true);
    forced_exit_ = ended.exit_status();
  } else if (!ended.stop_reason().empty() && (!stopping_ || collection_failed_)) {
    if (!stopping_) StopWork(ended.stop_reason(), false);
    stop_reason_ = ended.stop_reason();
    interrupted_ = ended.exit_status() == kInterrupted;
    collection_failed_ = false;
  }
}

void Run::CountDeath(const std::string& worker_id) {
  ++deaths_;
  const std::optional<int> most = options_.max_worker_restart;
  if (!most.has_value() || deaths_ <= *most) return;
  too_many_deaths_ = true;
  // As pytest-xdist has it.
  StopWork(*most == 0 ? absl::StrCat("worker '", worker_id, "' crashed and worker restarting disabled")
                      : absl::StrCat("maximum crashed workers reached: ", *most),
           false);
}

void Run::OnGone(Worker& worker, const v1::AgentMessage::WorkerGone& gone) {
  // It did not become ready as the others did: what it wrote may say why.
  for (const v1::WorkerMessage& early : worker.early_output) Show(worker, early.output());
  if (!gone.orderly()) control_.WorkerDied(worker.id, gone.how());
  if (!gone.orderly() && !stopping_) {
    last_death_ = absl::StrCat(worker.id, " ended: ", gone.how());
    if (!worker.ready && !start_.has_value()) deps_.show(v1::WorkerMessage::Output::STDERR, last_death_ + "\n");
    Report([&](report::Reporter& r) { r.WorkerLost(worker.origin, gone.how()); });
    CountDeath(worker.id);
  }
  // pytest answered by text alone: there is nothing that another worker could do.
  const bool answered = gone.orderly() && !worker.ready;
  // Nor does one hang less than the one before it.
  const bool in_vain = gone.hung() == v1::AgentMessage::WorkerGone::AT_START;
  session_hung_ |= gone.hung() == v1::AgentMessage::WorkerGone::AT_END;
  const dispatch::SlotKey slot = worker.slot;
  workers_.erase(slot);
  queue_.WorkerGone(slot, !stopping_ && !answered && !in_vain);
}

void Run::AgentNeverCame(const std::string& why) { Fail(kNotRun, why); }

void Run::EndAgents() {
  v1::CoordinatorMessage message;
  message.mutable_end_run();
  for (const auto& [agent, hello] : agents_) deps_.agents->Send(agent, message);
}

void Run::Interrupt() {
  if (cut_off_) return;
  cut_off_ = interrupted_ = true;
  stop_reason_ = "KeyboardInterrupt";
  StopWork(stop_reason_, true);
}

void Run::Tick() {
  const double now = deps_.now();
  for (const int agent : queue_.Tick(now)) {
    v1::CoordinatorMessage message;
    message.mutable_end_run();
    deps_.agents->Send(agent, message);
    GiveUpAgent(agent, absl::StrCat("it was not heard of for ", options_.lease_s, " s"));
  }
  if (control_.GaveUp(now, start_.has_value())) Act();
  KeepDeadline(now);
  Report([&](report::Reporter& r) { r.Tick(now); });
}

void Run::StopWork(const std::string& reason, bool now) {
  if (!stopping_ && stop_reason_.empty()) stop_reason_ = reason;
  stopping_ = true;
  queue_.Stop();
  v1::CoordinatorMessage message;
  message.mutable_stop_run()->set_reason(reason);
  message.mutable_stop_run()->set_now(now);
  for (const auto& [agent, hello] : agents_) deps_.agents->Send(agent, message);
}

void Run::Fail(int exit_code, const std::string& message) {
  if (failed_ || stopping_) return;
  failed_ = true;
  fatal_exit_ = exit_code;
  fatal_message_ = message;
  StopWork("", true);
}

void Run::Act() {
  if (control_.MustBeAwaited() && !failed_ && !cut_off_) {
    StartControl();
    return;
  }
  for (; agents_set_aside_ < queue_.AgentsSetAside().size(); ++agents_set_aside_) {
    Note(absl::StrCat(NameOf(queue_.AgentsSetAside()[agents_set_aside_]),
                      " gets no more tests: its workers keep dying"));
  }
  for (const dispatch::Action& action : queue_.TakeActions()) {
    v1::CoordinatorMessage message;
    int agent = 0;
    if (const auto* grant = std::get_if<dispatch::GrantLease>(&action)) {
      agent = grant->slot.agent;
      const v1::Batch& batch = grant->lease.batch();
      Lease& granted = leases_[grant->lease.id()];
      granted.module = batch.module();
      granted.part = batch.part();
      granted.split = batch.boundaries_size() > 0;
      granted.rest = batch.tests_size() > 0;
      timing_.Leased(grant->lease.id(), agent, deps_.now());
      const results::LeaseFacts lease = {grant->lease.id(), batch.module(), static_cast<int>(batch.part()),
                                         batch.tests_size(), deps_.now()};
      if (const auto worker = workers_.find(grant->slot); worker != workers_.end()) {
        Report([&](report::Reporter& r) { r.BatchLeased(lease, worker->second.origin); });
      }
      message.mutable_grant()->set_slot(grant->slot.slot);
      *message.mutable_grant()->mutable_lease() = grant->lease;
    } else if (const auto* finish = std::get_if<dispatch::FinishSlot>(&action)) {
      agent = finish->slot.agent;
      message.mutable_finish_slot()->set_slot(finish->slot.slot);
    } else if (const auto* start = std::get_if<dispatch::StartWorker>(&action)) {
      agent = start->slot.agent;
      StartWorker(start->slot, message.mutable_start_worker());
    } else if (const auto* revoke = std::get_if<dispatch::RevokeLease>(&action)) {
      agent = revoke->slot.agent;
      message.mutable_revoke()->set_slot(revoke->slot.slot);
      message.mutable_revoke()->mutable_revoke()->set_lease_id(revoke->lease_id);
      message.mutable_revoke()->mutable_revoke()->set_max_tests(revoke->max_tests);
    }
    deps_.agents->Send(agent, message);
  }
  TellControl();
  Conclude();
}

int Run::FailureLimit() const { return start_.has_value() ? IntOption(start_->options, "maxfail") : 0; }

bool Run::GoesOnAfterErrors() const {
  const auto option = start_->options.find("continue_on_collection_errors");
  return option != start_->options.end() && option->second == "true";
}

bool Run::Done() const {
  if (failed_) return true;
  if (cut_off_) return workers_.empty();
  // Without a ready worker nothing was ever queued: pytest answered by text alone, or no worker could be started.
  if (!start_.has_value())
    return next_worker_ > FirstWorker() && workers_.empty() && !(more_agents_ && agents_.empty());
  return WorkDone() && control_.IsOver();
}

bool Run::WorkDone() const { return queue_.Finished() && !(more_agents_ && queue_.Stranded()); }

}  // namespace fastest::run
