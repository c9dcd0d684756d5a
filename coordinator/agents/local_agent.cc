#include "coordinator/agents/local_agent.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/interrupts.h"
#include "base/process/subprocess.h"
#include "base/status_macros.h"
#include "proto/exit_code.h"

extern char** environ;

namespace fastest::agents {
namespace {

// How long one wait for events may take. It bounds the delay of Ctrl-C and of a redrawn line.
constexpr absl::Duration kTurn = absl::Milliseconds(50);
// An agent has nothing left to do when it is told to end. It gets so long to end by itself.
constexpr absl::Duration kAgentGrace = absl::Seconds(10);
// A warm agent says hello as soon as it is dialled, unless it is stopped or broken.
constexpr absl::Duration kHelloLimit = absl::Seconds(1);
// The run's own agent has a program to load first, on a machine that may be busy.
constexpr absl::Duration kJoinLimit = absl::Seconds(60);

std::string Variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalAgent>> LocalAgent::Open(Options options) {
  // If the agent dies, its zygote and workers come to this process, which ends them.
  BecomeSubreaper().IgnoreError();
  auto agent = absl::WrapUnique(new LocalAgent(std::move(options)));
  if (!agent->options_.warm_folder.empty()) RETURN_IF_ERROR(agent->OpenWarmPlace());
  if (agent->warm_place_.has_value() && agent->warm_place_->IsTaken()) {
    agent->DialWarm();
  } else {
    RETURN_IF_ERROR(agent->StartOwn());
  }
  return agent;
}

LocalAgent::~LocalAgent() = default;

absl::Status LocalAgent::OpenWarmPlace() {
  ASSIGN_OR_RETURN(const std::string program, FindAgent());
  ASSIGN_OR_RETURN(warm_place_,
                   WarmPlace::Open(options_.warm_folder, options_.rootdir, program, options_.python_program,
                                   {options_.python, Variable("FASTEST_RUNNER")}));
  return absl::OkStatus();
}

void LocalAgent::DialWarm() {
  v1::CoordinatorMessage::StartRun start;
  for (char** variable = environ; *variable != nullptr; ++variable) start.add_whole_environment(*variable);
  gateway_.ShareStart(start);
  warm_deadline_ = absl::Now() + kHelloLimit;
  warm_ = gateway_.Dial(warm_place_->address());
  HandleInterrupts(0, kInterrupted);
}

absl::Status LocalAgent::StartOwn() {
  ASSIGN_OR_RETURN(socket_, SocketDirectory::Make());
  ASSIGN_OR_RETURN(const std::string bound, gateway_.Listen(socket_->address()));
  // The agent gives up if nobody listens, so it is started only now. Its Python starts while tests are looked for.
  ASSIGN_OR_RETURN(own_, EmbeddedAgent::Start(bound, options_.slots, options_.python));
  own_deadline_ = absl::Now() + kJoinLimit;
  HandleInterrupts(own_->pid(), kInterrupted);
  return absl::OkStatus();
}

void LocalAgent::Replace(run::Run& run, const std::string& why) {
  const int pid = warm_place_->Pid();
  options_.note(absl::StrCat("the warm agent", pid > 0 ? absl::StrCat(" (process ", pid, ")") : "", " ", why,
                             ": this run has an agent of its own"));
  given_up_ = std::exchange(warm_, -1);
  if (const absl::Status started = StartOwn(); !started.ok()) run.AgentNeverCame(std::string(started.message()));
}

void LocalAgent::Drive(run::Run& run, const std::function<void()>& between_turns) {
  while (!run.Done()) {
    for (AgentEvent& event : gateway_.Take(kTurn)) Handle(event, run);
    if (Interrupted()) run.Interrupt();
    if (warm_ >= 0 && !warm_joined_ && !Interrupted() && absl::Now() > warm_deadline_) {
      gateway_.Close(warm_);
      Replace(run, "does not answer");
    }
    run.Tick();
    between_turns();
    if (!(warm_ >= 0 ? warm_joined_ : own_joined_)) LookAfterOwn(run);
  }
}

void LocalAgent::LookAfterOwn(run::Run& run) {
  const std::optional<std::string> how = own_ == nullptr ? std::nullopt : own_->Ended();
  if (how.has_value()) {
    run.AgentNeverCame(absl::StrCat("fastest-agent ended before it had joined: ", *how));
  } else if (Interrupted()) {
    run.AgentNeverCame("interrupted before the agent had joined");
  } else if (own_ != nullptr && absl::Now() > own_deadline_) {
    run.AgentNeverCame(
        absl::StrCat("fastest-agent has not joined after ", absl::FormatDuration(kJoinLimit), ": it is stuck"));
  }
}

void LocalAgent::Handle(AgentEvent& event, run::Run& run) {
  switch (event.kind) {
    case AgentEvent::Kind::kJoined:
      OnJoined(event, run);
      break;
    case AgentEvent::Kind::kMessage:
      OnMessage(event, run);
      break;
    case AgentEvent::Kind::kLeft:
    case AgentEvent::Kind::kUnreachable:
      OnLeft(event, run);
      break;
    case AgentEvent::Kind::kHeard:
    case AgentEvent::Kind::kBroken:
    case AgentEvent::Kind::kResumed:
      // Only agents with a lease have these.
      break;
  }
}

void LocalAgent::OnMessage(AgentEvent& event, run::Run& run) {
  if (event.agent == given_up_) return;
  if (event.agent == warm_ && event.event->has_draining()) {
    // Tests that it has not begun wait for the agent that takes its place.
    if (options_.may_replace && !Interrupted()) run.ExpectAgents(true);
    run.AgentDraining(event.agent, event.event->draining().reason());
    return;
  }
  run.AgentSaid(event.agent, std::move(*event.event));
}

void LocalAgent::OnJoined(const AgentEvent& event, run::Run& run) {
  v1::AgentMessage::Hello hello = event.hello;
  if (event.agent == given_up_) {
    // Too late.
    gateway_.Close(event.agent);
    return;
  }
  if (event.agent == warm_) {
    warm_joined_ = true;
    hello.set_slots(static_cast<uint32_t>(options_.slots));
  } else {
    own_joined_ = true;
    socket_->Remove();
  }
  run.AgentJoined(event.agent, hello);
  // Not sooner: a run that has no agent and expects none is done.
  if (event.agent != warm_) run.ExpectAgents(false);
}

void LocalAgent::OnLeft(const AgentEvent& event, run::Run& run) {
  if (event.agent == given_up_) return;
  if (event.agent != warm_) {
    if (event.kind == AgentEvent::Kind::kUnreachable) {
      run.AgentNeverCame(event.why);
    } else {
      run.AgentLeft(event.agent, own_->Ended().value_or("its stream broke"));
    }
    return;
  }
  if (!warm_joined_) {
    Replace(run, absl::StrCat("is of no use (", event.why, ")"));
    return;
  }
  const int lost = event.agent;
  if (options_.may_replace && !Interrupted()) {
    // The run waits until the other agent has joined.
    run.ExpectAgents(true);
    Replace(run, "has ended");
  }
  run.AgentLeft(lost, "the warm agent has ended");
}

void LocalAgent::End(bool leave) {
  const absl::Time deadline = absl::Now() + kAgentGrace;
  while (warm_ >= 0 && warm_joined_ && absl::Now() < deadline) {
    for (const AgentEvent& event : gateway_.Take(kTurn)) {
      if (event.kind == AgentEvent::Kind::kLeft && event.agent == warm_) warm_ = -1;
    }
  }
  const bool was_warm = own_ == nullptr;
  if (own_ != nullptr) own_->Await(kAgentGrace);
  EndAllChildren();
  if (!leave || was_warm || !warm_place_.has_value()) return;
  // Only now: another start of Python would slow the run down.
  if (const absl::Status left = warm_place_->Leave(options_.python, options_.invocation_dir); !left.ok()) {
    options_.note(absl::StrCat("no warm agent is left behind: ", std::string(left.message())));
  }
}

}  // namespace fastest::agents
