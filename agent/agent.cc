#include "agent/agent.h"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "agent/coordinator/dialled_transport.h"
#include "agent/record/agent_metrics.h"
#include "agent/workers/runner_location.h"
#include "base/byte_text.h"
#include "base/net/port_file.h"
#include "base/process/executable.h"
#include "base/process/thread_room.h"
#include "base/process/subprocess.h"
#include "base/status_macros.h"
#include "base/status_prefix.h"

namespace fastest::agent {
namespace {

// sysexits.h's EX_TEMPFAIL: the agent was ended while a run was under way.
constexpr int kLeftRun = 75;
// Between two looks whether a run can still come to a warm agent.
constexpr absl::Duration kLook = absl::Seconds(5);

std::string NewIncarnation() {
  absl::BitGen random;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random), absl::Uniform<uint64_t>(random));
}

v1::AgentMessage::Hello MakeHello(const AgentOptions& options, const std::string& hostname) {
  v1::AgentMessage::Hello hello;
  hello.set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
  hello.set_name(TextOf(options.name));
  hello.set_incarnation(NewIncarnation());
  hello.set_slots(options.slots);
  hello.set_hostname(hostname);
  for (const std::string& label : options.labels) {
    const size_t equals = label.find('=');
    (*hello.mutable_labels())[TextOf(label.substr(0, equals))] = TextOf(label.substr(equals + 1));
  }
  return hello;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(const AgentOptions& options, const std::string& hostname) {
  RETURN_IF_ERROR(RoomForThreads(kThreadsOfProgram));
  auto agent = absl::WrapUnique(new Agent(options));
  RETURN_IF_ERROR(agent->Claim());
  RETURN_IF_ERROR(agent->MakeHost(hostname));
  if (agent->warm_ || !options.listen.empty()) {
    RETURN_IF_ERROR(agent->Listen());
    return agent;
  }
  if (!options.embedded) {
    absl::FPrintF(stderr, "fastest-agent: joining %s, %d slots\n", options.join, options.slots);
  }
  agent->host_->Join(
      [self = agent.get()] { return DialCoordinator(self->options_.join, &*self->security_, self->loop_.get()); });
  return agent;
}

absl::Status Agent::Claim() {
  // The run's caller had these descriptors open: they are not to stay open.
  if (warm_) close_range(STDERR_FILENO + 1, ~0U, 0);
  ASSIGN_OR_RETURN(program_, OwnExecutable());
  ASSIGN_OR_RETURN(runner_, FindRunner(program_, options_.runner));
  ASSIGN_OR_RETURN(security_, TransportSecurity::Load(options_.security));
  if (warm_) {
    ASSIGN_OR_RETURN(socket_, WarmSocket::Claim(options_.warm_socket, program_));
  } else {
    RETURN_IF_ERROR(options_.listen.empty() ? security_->MayDial(options_.join)
                                            : security_->MayListen(options_.listen));
  }
  if (!options_.embedded && chdir(warm_ ? "/" : options_.workdir.c_str()) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("--workdir ", options_.workdir, ": cannot be entered"));
  }
  signals_.emplace(options_.embedded);
  return BecomeSubreaper();
}

absl::Status Agent::MakeHost(const std::string& hostname) {
  ASSIGN_OR_RETURN(loop_, EventLoop::Create(&clock_));
  AgentHost::Options options;
  options.session.python = options_.python;
  options.session.start_limit = absl::Seconds(options_.python_limit_s);
  options.session.runner = runner_;
  options.session.embedded = options_.embedded;
  options.session.warm = warm_;
  options.session.workdir = options_.workdir;
  options.session.hello = MakeHello(options_, hostname);
  options.once = options_.embedded;
  if (options_.idle_exit_s > 0) options.idle_exit = absl::Seconds(options_.idle_exit_s);
  record_.emplace(options.session.hello, options_.workdir, &clock_);
  if (!options_.embedded) options.session.record = &*record_;
  if (!options_.metrics.empty()) RETURN_IF_ERROR(ServeMetrics());
  // Python starts here, and loads pytest while the agent dials.
  host_.emplace(std::move(options), loop_.get(), &clock_);
  signals_->Watch(loop_.get(), [this](const std::string& name) { OnSignal(name); });
  return absl::OkStatus();
}

absl::Status Agent::ServeMetrics() {
  absl::StatusOr<std::unique_ptr<MetricsServer>> metrics = MetricsServer::Listen(options_.metrics);
  if (!metrics.ok()) return WithPrefix("--metrics", metrics.status());
  metrics_ = *std::move(metrics);
  if (!options_.metrics_port_file.empty()) {
    RETURN_IF_ERROR(WithPrefix("--metrics-port-file", WritePortFile(options_.metrics_port_file, metrics_->address())));
  }
  metrics_->Serve(std::make_shared<AgentMetrics>(&*record_));
  return absl::OkStatus();
}

absl::Status Agent::Listen() {
  ASSIGN_OR_RETURN(
      server_, AgentServer::Listen(
                   warm_ ? socket_->address() : options_.listen, &*security_, loop_.get(),
                   [this](std::unique_ptr<Transport> transport, const std::string& run_id) {
                     host_->Accept(std::move(transport), run_id);
                   },
                   {[this] { return record_->Status(); }, [this] { host_->DrainOnce("the agent was asked to end"); }}));
  if (!options_.port_file.empty()) {
    RETURN_IF_ERROR(WithPrefix("--port-file", WritePortFile(options_.port_file, server_->address())));
  }
  absl::FPrintF(stderr, "fastest-agent: listening on %s, %d slots\n", server_->address(), options_.slots);
  if (warm_) {
    socket_->Bound();
    WatchWarmSocket();
  }
  return absl::OkStatus();
}

void Agent::OnSignal(const std::string& name) {
  signalled_ = true;
  const std::string why = absl::StrCat("the agent was ended by ", name);
  options_.embedded || warm_ ? host_->Abort(why) : host_->Drain(why);
}

void Agent::WatchWarmSocket() {
  loop_->At(clock_.Now() + kLook, [this] {
    // A run that is under way is finished, even if socket or program were replaced: that matters to the next run.
    if (const std::string why = socket_->WhyInVain(); !why.empty() && !host_->busy()) {
      host_->Drain(why);
    } else {
      WatchWarmSocket();
    }
  });
}

int Agent::Run() {
  loop_->Run();
  // Processes that have come to this one when their parents ended.
  EndAllChildren();
  if (signalled_) return options_.embedded || host_->left_run() ? kLeftRun : 0;
  return !options_.embedded || host_->result().ok() ? 0 : 1;
}

}  // namespace fastest::agent
