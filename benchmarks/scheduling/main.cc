// tools/bench scheduling: shows in a table and a picture how near each policy comes to the floor.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/scheduling/picture.h"
#include "benchmarks/scheduling/table.h"

namespace fastest::scheduling {
namespace {

int Main(int argc, char** argv) {
  CLI::App app{"Runs made-up suites in virtual time under several ways to give tests to machines."};
  int seeds = 40;
  double agent_s = 60;
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::string only;
  std::string picture;
  app.add_option("--seeds", seeds, "Suites for each line of the table")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--agent-seconds", agent_s, "Seconds of work for each agent")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--threads", threads, "Suites at a time")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--only", only,
                 "Only the line of this name, or those whose names hold this text, for instance \"no history\"");
  app.add_option("--picture", picture, "Write the table as an SVG picture to this file")->take_last();
  CLI11_PARSE(app, argc, argv);

  const SuiteOptions suite;
  const HistoryOptions history;
  printf(
      "Suites: %g s of work for each agent, a set-up of %g s for each module, tests per module lognormal (median %g, "
      "sigma %g),\n"
      "seconds per test lognormal (median %g, sigma %g). History: true seconds times a lognormal factor (sigma %g). %d "
      "seeds, from 1.\n"
      "Floor: the longest test, or (calls + each module's set-up once) / agents. Every agent has one slot.\n"
      "Agents that come and go: a fifth half as fast, a fifth late (within the first half), a tenth lost.\n\n",
      agent_s, suite.setup_s, suite.tests_median, suite.tests_sigma, suite.test_median_s, suite.test_sigma,
      history.noise_sigma, seeds);
  fflush(stdout);
  std::vector<Row> rows;
  bool complete = true;
  bool reached = true;
  const std::vector<Scenario> scenarios = Scenarios();
  const bool exact =
      std::any_of(scenarios.begin(), scenarios.end(), [&](const Scenario& scenario) { return scenario.name == only; });
  for (const Scenario& scenario : scenarios) {
    if (exact ? scenario.name != only : scenario.name.find(only) == std::string::npos) continue;
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K%s ...", scenario.name.c_str());
    rows.push_back(Measure(scenario, seeds, agent_s, threads, &complete));
    reached = reached && (scenario.target <= 0 || rows.back().ratios.back().mean <= scenario.target);
  }
  if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
  if (rows.empty()) {
    fprintf(stderr, "bench: no line's name holds \"%s\"\n", only.c_str());
    return 4;
  }
  fputs(TableText(rows).c_str(), stdout);
  if (!picture.empty()) {
    std::ofstream out(picture);
    out << PictureOf(rows);
    out.close();
    if (!out) {
      fprintf(stderr, "bench: cannot write %s\n", picture.c_str());
      return 4;
    }
  }
  if (!complete) fprintf(stderr, "bench: a run of ours lost a test or did not end\n");
  if (!reached) fprintf(stderr, "bench: a target was missed\n");
  return complete && reached ? 0 : 1;
}

}  // namespace
}  // namespace fastest::scheduling

int main(int argc, char** argv) { return fastest::scheduling::Main(argc, argv); }
