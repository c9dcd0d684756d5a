// fastest-agent: wires the pieces together; every decision is elsewhere.
#include <grpcpp/grpcpp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/agent_options.h"
#include "agent/coordinator_session.h"
#include "agent/event_loop.h"
#include "agent/runner_location.h"
#include "base/clock.h"
#include "base/executable.h"
#include "base/standard_streams.h"
#include "base/subprocess.h"
#include "base/unique_fd.h"

namespace fastest::agent {
namespace {

// sysexits.h's EX_TEMPFAIL: the run was left in the midst of it.
constexpr int kLeftRun = 75;

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value != nullptr ? value : "";
}

AgentSurroundings Surroundings() {
  AgentSurroundings surroundings;
  char hostname[HOST_NAME_MAX + 1] = {};
  if (gethostname(hostname, sizeof(hostname) - 1) == 0) surroundings.hostname = hostname;
  surroundings.cores = std::max(1u, std::thread::hardware_concurrency());
  surroundings.virtual_env = Environment("VIRTUAL_ENV");
  surroundings.runner = Environment("FASTEST_RUNNER");
  return surroundings;
}

// Signals come through a descriptor, on the loop. To be called before any other thread exists.
UniqueFd CatchSignals(bool embedded) {
  signal(SIGPIPE, SIG_IGN);
  // Ctrl-C goes to every process of the terminal's group: an embedded agent waits for what its coordinator makes of it.
  if (embedded) signal(SIGINT, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  if (!embedded) sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

std::shared_ptr<grpc::Channel> Dial(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  // A proxy of the environment is for the world outside.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::string NewIncarnation() {
  absl::BitGen random;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random), absl::Uniform<uint64_t>(random));
}

int Fail(const absl::Status& status) {
  absl::FPrintF(stderr, "fastest-agent: %s\n", std::string(status.message()));
  return 1;
}

int Main(int argc, char** argv) {
  OpenMissingStandardStreams();
  // gRPC's own log lines are for its developers; what goes wrong we say ourselves.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const AgentSurroundings surroundings = Surroundings();
  const ParsedAgentOptions parsed = ParseAgentOptions(argc, argv, surroundings);
  if (parsed.exit) {
    fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  const AgentOptions& options = parsed.options;
  const absl::StatusOr<std::string> own = OwnExecutable();
  if (!own.ok()) return Fail(own.status());
  const absl::StatusOr<std::string> runner = FindRunner(*own, options.runner);
  if (!runner.ok()) return Fail(runner.status());
  const UniqueFd signals = CatchSignals(options.embedded);
  const absl::Status subreaper = BecomeSubreaper();
  if (!subreaper.ok()) return Fail(subreaper);

  RealClock clock;
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create(&clock);
  if (!loop.ok()) return Fail(loop.status());

  CoordinatorSession::Options session_options;
  session_options.python = options.python;
  session_options.runner = *runner;
  session_options.hello.set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
  session_options.hello.set_name(options.name);
  session_options.hello.set_incarnation(NewIncarnation());
  session_options.hello.set_slots(options.slots);
  session_options.hello.set_hostname(surroundings.hostname);
  // Python starts here, and loads pytest while we dial.
  CoordinatorSession session(session_options, loop->get(), &clock);
  bool signalled = false;
  (*loop)->Watch(signals.get(), EPOLLIN, [&](uint32_t) {
    signalfd_siginfo info;
    if (read(signals.get(), &info, sizeof(info)) != sizeof(info)) return;
    signalled = true;
    session.Abort(absl::StrCat("the agent was ended by ", SignalName(static_cast<int>(info.ssi_signo))));
  });
  session.Join(Dial(options.join));
  if (!options.embedded) {
    absl::FPrintF(stderr, "fastest-agent: joining %s, %d slots\n", options.join, options.slots);
  }
  (*loop)->Run();
  // Whatever has come down to us.
  EndAllChildren();
  if (signalled) return kLeftRun;
  if (session.result().ok()) return 0;
  if (options.embedded) return 1;
  if (!absl::IsUnavailable(session.result())) return Fail(session.result());
  return Fail(absl::UnavailableError(
      absl::StrCat("no coordinator at ", options.join, ", or none any more: ", session.result().message())));
}

}  // namespace
}  // namespace fastest::agent

int main(int argc, char** argv) { return fastest::agent::Main(argc, argv); }
