// fastest-agent: wires the pieces together; every decision is elsewhere.
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/agent_host.h"
#include "agent/agent_options.h"
#include "agent/coordinator/agent_server.h"
#include "agent/coordinator/dialled_transport.h"
#include "agent/coordinator/warm_socket.h"
#include "agent/record/agent_metrics.h"
#include "agent/record/agent_record.h"
#include "agent/workers/runner_location.h"
#include "base/clock.h"
#include "base/net/metrics_server.h"
#include "base/net/port_file.h"
#include "base/net/transport_security.h"
#include "base/process/event_loop.h"
#include "base/process/executable.h"
#include "base/process/standard_streams.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {
namespace {

// sysexits.h's EX_TEMPFAIL: the run was left in the midst of it.
constexpr int kLeftRun = 75;
constexpr int kUsageError = 4;
// Between two looks whether a run can still come to a warm agent.
constexpr absl::Duration kLook = absl::Seconds(5);

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value != nullptr ? value : "";
}

AgentSurroundings Surroundings() {
  AgentSurroundings surroundings;
  char hostname[HOST_NAME_MAX + 1] = {};
  if (gethostname(hostname, sizeof(hostname) - 1) == 0) surroundings.hostname = hostname;
  std::error_code error;
  surroundings.working_dir = std::filesystem::current_path(error).string();
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

std::string NewIncarnation() {
  absl::BitGen random;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random), absl::Uniform<uint64_t>(random));
}

int Fail(const absl::Status& status) {
  absl::FPrintF(stderr, "fastest-agent: %s\n", std::string(status.message()));
  return 1;
}

int UsageError(const absl::Status& status) {
  absl::FPrintF(stderr, "fastest-agent: %s\n", std::string(status.message()));
  return kUsageError;
}

v1::AgentMessage::Hello MakeHello(const AgentOptions& options, const AgentSurroundings& surroundings) {
  v1::AgentMessage::Hello hello;
  hello.set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
  hello.set_name(options.name);
  hello.set_incarnation(NewIncarnation());
  hello.set_slots(options.slots);
  hello.set_hostname(surroundings.hostname);
  for (const std::string& label : options.labels) {
    const size_t equals = label.find('=');
    (*hello.mutable_labels())[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return hello;
}

// Ends a warm agent when no run can come to it any more.
void LookAgain(const WarmSocket& socket, AgentHost& host, EventLoop& loop, Clock& clock) {
  loop.At(clock.Now() + kLook, [&] {
    // A run that is under way is finished, whatever has become of the socket: what was replaced matters to the next one.
    if (const std::string why = socket.WhyInVain(); !why.empty() && !host.busy()) {
      host.Drain(why);
    } else {
      LookAgain(socket, host, loop, clock);
    }
  });
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
  const bool warm = !options.warm_socket.empty();
  // What the run's caller had open is not to be held open.
  if (warm) close_range(STDERR_FILENO + 1, ~0U, 0);
  const absl::StatusOr<std::string> own = OwnExecutable();
  if (!own.ok()) return Fail(own.status());
  const absl::StatusOr<std::string> runner = FindRunner(*own, options.runner);
  if (!runner.ok()) return Fail(runner.status());
  const absl::StatusOr<TransportSecurity> security = TransportSecurity::Load(options.security);
  if (!security.ok()) return UsageError(security.status());
  const absl::Status allowed = warm                     ? absl::OkStatus()
                               : options.listen.empty() ? security->MayDial(options.join)
                                                        : security->MayListen(options.listen);
  if (!allowed.ok()) return UsageError(allowed);
  std::unique_ptr<WarmSocket> socket;
  if (warm) {
    absl::StatusOr<std::unique_ptr<WarmSocket>> claimed = WarmSocket::Claim(options.warm_socket, *own);
    // Two runs have ended at the same time: one agent will do.
    if (absl::IsAlreadyExists(claimed.status())) return 0;
    if (!claimed.ok()) return Fail(claimed.status());
    socket = *std::move(claimed);
  }
  if (!options.embedded && chdir(warm ? "/" : options.workdir.c_str()) != 0) {
    return UsageError(absl::InvalidArgumentError(absl::StrCat("--workdir ", options.workdir, ": cannot be entered")));
  }
  const UniqueFd signals = CatchSignals(options.embedded);
  const absl::Status subreaper = BecomeSubreaper();
  if (!subreaper.ok()) return Fail(subreaper);

  RealClock clock;
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create(&clock);
  if (!loop.ok()) return Fail(loop.status());

  AgentHost::Options host_options;
  host_options.session.python = options.python;
  host_options.session.runner = *runner;
  host_options.session.embedded = options.embedded;
  host_options.session.warm = warm;
  host_options.session.workdir = options.workdir;
  host_options.session.hello = MakeHello(options, surroundings);
  host_options.once = options.embedded;
  if (options.idle_exit_s > 0) host_options.idle_exit = absl::Seconds(options.idle_exit_s);
  AgentRecord record(host_options.session.hello, options.workdir, &clock);
  if (!options.embedded) host_options.session.record = &record;
  std::unique_ptr<MetricsServer> metrics;
  if (!options.metrics.empty()) {
    absl::StatusOr<std::unique_ptr<MetricsServer>> listening =
        MetricsServer::Listen(options.metrics, options.metrics_port_file);
    if (!listening.ok()) return UsageError(listening.status());
    metrics = *std::move(listening);
    metrics->Serve(std::make_shared<AgentMetrics>(&record));
  }
  // Python starts here, and loads pytest while we dial.
  AgentHost host(host_options, loop->get(), &clock);
  bool signalled = false;
  (*loop)->Watch(signals.get(), EPOLLIN, [&](uint32_t) {
    signalfd_siginfo info;
    if (read(signals.get(), &info, sizeof(info)) != sizeof(info)) return;
    signalled = true;
    const std::string why = absl::StrCat("the agent was ended by ", SignalName(static_cast<int>(info.ssi_signo)));
    options.embedded || warm ? host.Abort(why) : host.Drain(why);
  });
  std::unique_ptr<AgentServer> server;
  if (warm || !options.listen.empty()) {
    absl::StatusOr<std::unique_ptr<AgentServer>> listening =
        AgentServer::Listen(warm ? socket->address() : options.listen, &*security, loop->get(),
                            [&](std::unique_ptr<Transport> transport, const std::string& run_id) {
                              host.Accept(std::move(transport), run_id);
                            },
                            {[&] { return record.Status(); }, [&] { host.DrainOnce("the agent was asked to end"); }});
    if (!listening.ok()) return Fail(listening.status());
    server = *std::move(listening);
    if (!options.port_file.empty()) {
      if (const absl::Status written = WritePortFile(options.port_file, server->address()); !written.ok()) {
        return UsageError(written);
      }
    }
    absl::FPrintF(stderr, "fastest-agent: listening on %s, %d slots\n", server->address(), options.slots);
    if (warm) {
      socket->Bound();
      LookAgain(*socket, host, **loop, clock);
    }
  } else {
    if (!options.embedded) {
      absl::FPrintF(stderr, "fastest-agent: joining %s, %d slots\n", options.join, options.slots);
    }
    host.Join([&] { return DialCoordinator(options.join, &*security, loop->get()); });
  }
  (*loop)->Run();
  // Whatever has come down to us.
  EndAllChildren();
  if (signalled) return options.embedded || host.left_run() ? kLeftRun : 0;
  if (!options.embedded || host.result().ok()) return 0;
  return 1;
}

}  // namespace
}  // namespace fastest::agent

int main(int argc, char** argv) { return fastest::agent::Main(argc, argv); }
