#include "agent/agent_host.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/process/subprocess.h"

namespace fastest::agent {
namespace {

// So many coordinators may have called and have not begun a run, since they wait for other agents.
constexpr size_t kMostWaiting = 64;

}  // namespace

AgentHost::AgentHost(Options options, EventLoop* loop, Clock* clock)
    : options_(std::move(options)),
      loop_(loop),
      clock_(clock),
      share_(options_.session.hello.slots()),
      spare_(NewSession(CoordinatorSession::Python::kNow)),
      backoff_(options_.first_wait, options_.first_wait, options_.longest_wait) {
  AwaitIdle();
}

std::unique_ptr<CoordinatorSession> AgentHost::NewSession(CoordinatorSession::Python python,
                                                          std::unique_ptr<Zygote> zygote) {
  return std::make_unique<CoordinatorSession>(
      options_.session, CoordinatorSession::Environment{&share_, loop_, clock_},
      CoordinatorSession::Callbacks{[this] { EndOrphans(); }, [this](CoordinatorSession* session) { OnOver(session); }},
      python, std::move(zygote));
}

void AgentHost::Join(Transport::Dial dial) {
  dial_ = std::move(dial);
  BeginSession(dial_());
}

void AgentHost::Accept(std::unique_ptr<Transport> transport, const std::string& run_id) {
  const auto held = std::find_if(active_.begin(), active_.end(),
                                 [&](const auto& session) { return transport != nullptr && session->Holds(run_id); });
  if (held != active_.end()) {
    (*held)->Resume(std::move(transport));
    return;
  }
  // A transport that is dropped tells the coordinator.
  if (ending_ != Ending::kNot || transport == nullptr || Waiting() >= kMostWaiting) return;
  BeginSession(std::move(transport));
}

void AgentHost::BeginSession(std::unique_ptr<Transport> transport) {
  // A coordinator that waits has the Python that is warm. Those beside it begin with their run.
  if (spare_ == nullptr) {
    spare_ = NewSession(Waiting() > 0 ? CoordinatorSession::Python::kWithRun : CoordinatorSession::Python::kNow);
  }
  active_.push_back(std::move(spare_));
  active_.back()->Begin(std::move(transport), dial_);
}

void AgentHost::OnOver(CoordinatorSession* session) {
  if (session == spare_.get()) {
    loop_->Post([this] {
      spare_.reset();
      StopIfDone();
    });
    return;
  }
  result_ = session->result();
  // The session is in the midst of this call.
  loop_->Post([this, session] { AfterSession(session); });
}

void AgentHost::AfterSession(CoordinatorSession* session) {
  const bool had_run = session->greeted();
  // The next run begins with what this one leaves: another start of Python beside a run would slow the run down.
  if (!options_.once && ending_ == Ending::kNot && spare_ == nullptr) {
    spare_ = NewSession(CoordinatorSession::Python::kNow, session->TakeZygote());
  }
  active_.remove_if([session](const auto& one) { return one.get() == session; });
  EndOrphans();
  if (options_.once && ending_ == Ending::kNot) ending_.To(Ending::kDraining);
  if (ending_ == Ending::kNot && dial_ != nullptr) {
    if (had_run) backoff_.Reset();
    DialAgain();
  }
  if (had_run) AwaitIdle();
  StopIfDone();
}

void AgentHost::DialAgain() {
  dial_timer_ = loop_->At(clock_->Now() + backoff_.Next(), [this] { BeginSession(dial_()); });
}

void AgentHost::EndOrphans() {
  std::vector<pid_t> keep;
  if (spare_ != nullptr) keep.push_back(spare_->python_pid());
  for (const auto& session : active_) keep.push_back(session->python_pid());
  EndChildrenExcept(keep);
}

void AgentHost::AwaitIdle() {
  if (options_.idle_exit == absl::InfiniteDuration()) return;
  loop_->Cancel(idle_timer_);
  idle_timer_ = loop_->At(clock_->Now() + options_.idle_exit, [this] {
    // The end of a run sets the timer again.
    if (!HasRun()) Abort("no run came");
  });
}

bool AgentHost::HasRun() const {
  return std::any_of(active_.begin(), active_.end(), [](const auto& session) { return session->greeted(); });
}

size_t AgentHost::Waiting() const {
  return static_cast<size_t>(
      std::count_if(active_.begin(), active_.end(), [](const auto& session) { return !session->greeted(); }));
}

void AgentHost::Drain(const std::string& why) {
  if (ending_ != Ending::kNot) {
    Abort(why);
    return;
  }
  ending_.To(Ending::kDraining);
  if (options_.session.record != nullptr) options_.session.record->Draining();
  loop_->Cancel(dial_timer_);
  if (spare_ != nullptr) spare_->Abort(why);
  for (const auto& session : active_) {
    left_run_ |= session->in_run();
    session->greeted() ? session->Drain() : session->Abort(why);
  }
  StopIfDone();
}

void AgentHost::DrainOnce(const std::string& why) {
  if (ending_ == Ending::kNot) Drain(why);
}

void AgentHost::Abort(const std::string& why) {
  if (ending_ == Ending::kAborted) return;
  ending_.To(Ending::kAborted);
  loop_->Cancel(dial_timer_);
  if (spare_ != nullptr) spare_->Abort(why);
  for (const auto& session : active_) {
    left_run_ |= session->in_run();
    session->Abort(why);
  }
  StopIfDone();
}

void AgentHost::StopIfDone() {
  if (ending_ == Ending::kNot || !active_.empty()) return;
  if (spare_ != nullptr && !options_.once) {
    if (ending_ != Ending::kAborted) spare_->Abort("the agent ends");
    return;
  }
  loop_->Stop();
}

}  // namespace fastest::agent
