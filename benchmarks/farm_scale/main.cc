// tools/bench farm-scale: many agents and many tests against one coordinator.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmarks/farm_scale/measurement.h"

namespace fastest::farm_scale {
namespace {

constexpr double kTargetPerSecond = 50000;
constexpr double kTargetBytesPerTest = 1500;
// With fewer tests, the basic needs of a process decide about the bytes per test.
constexpr int kTestsForTargets = 1000000;

// A folder that the destructor removes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "farm_scale_XXXXXX";
    const char* made = mkdtemp(pattern.data());
    if (made != nullptr) path_ = made;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

bool Good(const Measured& measured, int tests, bool json) {
  const bool counted = measured.last_words.find(absl::StrCat(tests, " passed")) != std::string::npos;
  return measured.exit_code == 0 && counted && measured.results_sent == tests &&
         (!json || (measured.books_balanced && measured.reported == tests));
}

void PrintRow(const char* name, const Measured& measured, int tests) {
  printf("%-14s %9.0f %9.0f %9.2f %9.2f %9.2f %9.2f %9.2f %9.2f %9.3f %9.3f %8d\n", name, tests / measured.results_s,
         tests / measured.total_s, measured.before_s, measured.results_s, measured.total_s, measured.coordinator_cpu_s,
         measured.results_cpu_s, measured.agents_cpu_s, static_cast<double>(measured.peak_bytes) / tests / 1000,
         static_cast<double>(measured.peak_bytes_before) / tests / 1000, measured.threads);
  fflush(stdout);
}

int Main(int argc, char** argv) {
  CLI::App app{"One coordinator, many simulated agents over real streams on loopback, and tests that take no time."};
  MeasureOptions options;
  int tests = kTestsForTargets;
  int per_module = 100;
  std::string only;
  app.add_option("--coordinator", options.coordinator, "The program fastest-coordinator")->required();
  app.add_option("--agents", options.agents, "How many agents join")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--slots", options.slots, "Slots of each agent")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--tests", tests, "How many tests the suite has")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  app.add_option("--tests-per-file", per_module, "Tests in each file")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--only", only, "Only the run without (plain) or with (json) --report-json")
      ->check(CLI::IsMember({"plain", "json"}));
  CLI11_PARSE(app, argc, argv);

  // Both processes need a descriptor for each agent's connection.
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  const TemporaryFolder folder;
  const Suite suite(tests, per_module);
  if (folder.path().empty()) {
    fprintf(stderr, "bench: cannot make a temporary folder\n");
    return 4;
  }
  if (const absl::Status written = suite.WriteTo(folder.path()); !written.ok()) {
    fprintf(stderr, "bench: %s\n", std::string(written.message()).c_str());
    return 4;
  }
  printf(
      "%d agents with %d slots each, %d tests in %zu files, node ids like %s::%s. %ld cores for both sides.\n"
      "Seconds: until the first result; from there until the coordinator told the agents that all is done; from its "
      "start to its\n"
      "end; of CPU: the coordinator's, its part for the results, the agents'. Memory: the coordinator's peak (VmHWM) "
      "divided by the tests; the same before the first result.\n\n"
      "%-14s %9s %9s %9s %9s %9s %9s %9s %9s %9s %9s %8s\n",
      options.agents, options.slots, tests, suite.modules.size(), suite.modules.front().c_str(),
      suite.names.front().c_str(), sysconf(_SC_NPROCESSORS_ONLN), "", "results/s", "(overall)", "before s", "results s",
      "total s", "its CPU s", "(results)", "theirs", "KB/test", "(before)", "threads");
  bool reached = true;
  for (const bool json : {false, true}) {
    const char* name = json ? "--report-json" : "plain";
    if (!only.empty() && (only == "json") != json) continue;
    options.json = json;
    const absl::StatusOr<Measured> measured = Measure(suite, folder.path(), options);
    if (!measured.ok()) {
      fprintf(stderr, "bench: %s\n", std::string(measured.status().message()).c_str());
      return 1;
    }
    PrintRow(name, *measured, tests);
    if (!Good(*measured, tests, json)) {
      fprintf(stderr, "bench: not every test was counted (exit code %d):\n%s\n", measured->exit_code,
              measured->last_words.c_str());
      return 1;
    }
    reached = reached && tests / measured->results_s >= kTargetPerSecond &&
              static_cast<double>(measured->peak_bytes) / tests <= kTargetBytesPerTest;
  }
  if (tests < kTestsForTargets) return 0;
  if (!reached) fprintf(stderr, "bench: a target was missed (50,000 results/s, 1.5 KB for each test)\n");
  return reached ? 0 : 1;
}

}  // namespace
}  // namespace fastest::farm_scale

int main(int argc, char** argv) { return fastest::farm_scale::Main(argc, argv); }
