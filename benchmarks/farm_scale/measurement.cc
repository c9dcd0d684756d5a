#include "benchmarks/farm_scale/measurement.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"
#include "benchmarks/farm_scale/simulated_farm.h"

namespace fastest::farm_scale {
namespace {

constexpr absl::Duration kSampleEvery = absl::Milliseconds(10);
constexpr size_t kLastWords = 2000;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

double CpuSeconds(int who) {
  rusage usage;
  getrusage(who, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The number after `name` in /proc/PID/status. 0 if the process has ended.
int64_t StatusNumber(const std::string& status, const std::string& name) {
  const size_t at = status.find(name);
  return at == std::string::npos ? 0 : std::atoll(status.c_str() + at + name.size());
}

// The CPU seconds of a running process, to a hundredth.
double CpuSecondsOf(pid_t pid) {
  const std::string stat = ReadFile(absl::StrCat("/proc/", pid, "/stat"));
  // The program's name in parentheses may have any characters.
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

struct ResultsCpu {
  std::optional<double> at_first;
  double at_end = 0;
};

void Sample(pid_t pid, const SimulatedFarm* farm, Measured* measured, ResultsCpu* cpu) {
  const std::string status = ReadFile(absl::StrCat("/proc/", pid, "/status"));
  measured->peak_bytes = std::max(measured->peak_bytes, StatusNumber(status, "VmHWM:") * 1024);
  measured->threads = std::max(measured->threads, static_cast<int>(StatusNumber(status, "Threads:")));
  const SimulatedFarm::Times times = farm == nullptr ? SimulatedFarm::Times() : farm->times();
  if (times.first_result == absl::InfiniteFuture()) {
    measured->peak_bytes_before = measured->peak_bytes;
  } else if (times.told_to_end == absl::InfiniteFuture()) {
    const double now = CpuSecondsOf(pid);
    if (!cpu->at_first.has_value()) cpu->at_first = now;
    cpu->at_end = now;
  }
}

void ReadReport(const std::string& path, Measured* measured) {
  std::ifstream in(path);
  std::string line;
  std::string last;
  while (std::getline(in, line)) last = line;
  const nlohmann::json finished = nlohmann::json::parse(last, nullptr, false);
  if (!finished.is_object() || finished.value("type", "") != "run_finished") return;
  measured->books_balanced = finished["books"].value("balanced", false);
  measured->reported = finished["books"].value("reported", int64_t{0});
}

}  // namespace

absl::StatusOr<Measured> Measure(const Suite& suite, const std::string& folder, const MeasureOptions& options) {
  const std::string work = absl::StrCat(folder, "/work");
  std::filesystem::remove_all(work);
  std::filesystem::create_directories(work);
  const std::string port_file = work + "/port";
  const std::string report = work + "/report.jsonl";
  SubprocessOptions child;
  child.working_dir = folder;
  child.argv = {
      std::filesystem::absolute(options.coordinator), "--listen", "127.0.0.1:0", "--port-file", port_file,
      "--min-agents", absl::StrCat(options.agents), "--wait-agents", "300",
      // One process plays all agents. While it is busy with some, others are silent for longer than real agents.
      "--lease", "600"};
  if (options.json) child.argv.insert(child.argv.end(), {"--report-json", report});
  // The run uses no caches of past runs, and leaves none.
  child.env = WithVariables({"XDG_CACHE_HOME=" + work, "PYTEST_ADDOPTS="});
  const UniqueFd out(open((work + "/output").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  child.fds = {{out.get(), STDOUT_FILENO}, {out.get(), STDERR_FILENO}};
  child.parent_death_signal = SIGKILL;

  Measured measured;
  const double cpu_before = CpuSeconds(RUSAGE_SELF);
  const double child_cpu_before = CpuSeconds(RUSAGE_CHILDREN);
  const absl::Time begin = absl::Now();
  ASSIGN_OR_RETURN(Subprocess coordinator, Subprocess::Spawn(child));
  std::unique_ptr<SimulatedFarm> farm;
  ResultsCpu results_cpu;
  std::optional<int> status;
  while (!(status = coordinator.TryWait()).has_value()) {
    if (absl::Now() - begin > options.limit) {
      return absl::DeadlineExceededError(absl::StrCat("the coordinator is not done after ",
                                                      absl::FormatDuration(options.limit), ":\n",
                                                      ReadFile(work + "/output")));
    }
    if (farm == nullptr && std::filesystem::exists(port_file)) {
      std::string address = ReadFile(port_file);
      address.erase(address.find_last_not_of('\n') + 1);
      farm = std::make_unique<SimulatedFarm>(&suite, folder, address, options.agents, options.slots);
    }
    if (farm != nullptr && !farm->broken().empty()) {
      return absl::UnavailableError(absl::StrCat(
          "the stream of an agent broke (", farm->broken().front(),
          "): is this machine too busy for so many agents in one process? Fewer: --agents. The coordinator said:\n",
          ReadFile(work + "/output").substr(0, kLastWords)));
    }
    Sample(coordinator.pid(), farm.get(), &measured, &results_cpu);
    absl::SleepFor(kSampleEvery);
  }
  const absl::Time end = absl::Now();
  const std::string words = ReadFile(work + "/output");
  measured.last_words = words.substr(words.size() - std::min(words.size(), kLastWords));
  measured.exit_code = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
  if (farm == nullptr) return absl::UnavailableError(absl::StrCat("the coordinator opened no port:\n", words));
  if (!farm->Wait(absl::Seconds(30))) return absl::InternalError("an agent's stream outlived the coordinator");
  measured.total_s = absl::ToDoubleSeconds(end - begin);
  measured.before_s = absl::ToDoubleSeconds(farm->times().first_result - begin);
  measured.results_s = absl::ToDoubleSeconds(farm->times().told_to_end - farm->times().first_result);
  measured.coordinator_cpu_s = CpuSeconds(RUSAGE_CHILDREN) - child_cpu_before;
  measured.results_cpu_s = results_cpu.at_end - results_cpu.at_first.value_or(results_cpu.at_end);
  measured.agents_cpu_s = CpuSeconds(RUSAGE_SELF) - cpu_before;
  measured.results_sent = farm->results();
  if (options.json) ReadReport(report, &measured);
  return measured;
}

}  // namespace fastest::farm_scale
