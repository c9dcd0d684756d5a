#include "coordinator/commands/doctor.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "coordinator/commands/runs/own_program.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/python/pytest_run.h"
#include "coordinator/python/verdicts.h"
#include "coordinator/report/engine_report.h"
#include "coordinator/report/tee.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

constexpr char kOption[] = "--doctor";

// A suite that takes less than this is run three times by each, and the medians count. A longer suite is run once.
constexpr double kShortS = 20;
constexpr int kRunsOfShort = 3;
// How many differences are listed, and how many reasons for another engine.
constexpr size_t kMostDifferences = 15;
constexpr size_t kMostReasons = 5;

struct Timed {
  python::Verdicts verdicts;
  double seconds = 0;
};

absl::StatusOr<Timed> TimePytest(const request::Request& request, const std::string& folder) {
  const absl::Time began = absl::Now();
  Timed run;
  const run::RunOptions& options = request.run.options;
  ASSIGN_OR_RETURN(run.verdicts, python::RunPytest({options.python, options.as_module}, options.invocation_dir,
                                                   options.pytest_args, {}, folder));
  run.seconds = absl::ToDoubleSeconds(absl::Now() - began);
  return run;
}

class WholeReason final : public report::Reporter {
 public:
  explicit WholeReason(std::string* reason) : reason_(reason) {}
  void RunStarted(const results::RunStart& run) override { *reason_ = run.whole_reason; }

 private:
  std::string* const reason_;
};

// What the latest run of Fastest says beside its verdicts.
struct Engines {
  std::string text;
  std::string whole_reason;
};

absl::StatusOr<Timed> RunFastest(const std::vector<std::string>& args, const std::string& folder, Engines* engines) {
  const std::string events = folder + "/events.jsonl";
  std::vector<std::string> words;
  std::remove_copy(args.begin(), args.end(), std::back_inserter(words), kOption);
  words.push_back("--report-json=" + events);
  const absl::Time began = absl::Now();
  ASSIGN_OR_RETURN(const int exit_code, RunOwnProgram(words));
  Timed run;
  run.seconds = absl::ToDoubleSeconds(absl::Now() - began);
  run.verdicts.exit_code = exit_code;
  std::ifstream file(events, std::ios::binary);
  if (!file) return run;
  std::ostringstream engine_text;
  std::vector<std::unique_ptr<report::Reporter>> reporters;
  reporters.push_back(std::make_unique<python::VerdictReporter>(&run.verdicts));
  reporters.push_back(std::make_unique<WholeReason>(&engines->whole_reason));
  reporters.push_back(std::make_unique<report::EngineReport>(engine_text, /*list_tests=*/false));
  report::Tee all(std::move(reporters));
  events::EventReader reader(file, events);
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, reader.Next(all));
  }
  all.Finished(reader.summary().value_or(results::RunSummary()));
  engines->text = engine_text.str();
  return run;
}

void PrintVerdict(const python::Verdicts& pytest, const std::vector<std::string>& differences,
                  const std::set<std::string>& unsteady) {
  if (differences.empty()) {
    printf("verdict   the same: %s, exit code %d\n", Tests(static_cast<size_t>(pytest.count())).c_str(),
           pytest.exit_code);
  } else {
    printf("verdict   NOT the same\n");
  }
  for (size_t i = 0; i < differences.size() && i < kMostDifferences; ++i)
    printf("            %s\n", differences[i].c_str());
  if (differences.size() > kMostDifferences)
    printf("            ... and %zu more\n", differences.size() - kMostDifferences);
  if (!differences.empty()) {
    printf(
        "          to find the cause: --engine pytest rules out the engine, -n 1 rules out the division over "
        "workers\n");
  }
  if (!unsteady.empty()) {
    printf("          left out, because pytest's own runs disagree about them: %s, the first is %s\n",
           Tests(unsteady.size()).c_str(), unsteady.begin()->c_str());
  }
}

void PrintEngines(const Engines& engines) {
  std::vector<std::string> lines = absl::StrSplit(engines.text, '\n', absl::SkipEmpty());
  for (size_t i = 0; i < lines.size() && i <= kMostReasons; ++i) {
    if (i == 0) printf("engines   %s\n", lines[i].substr(lines[i].find(' ') + 1).c_str());
    if (i > 0) printf("          %s\n", std::string(absl::StripLeadingAsciiWhitespace(lines[i])).c_str());
  }
  if (lines.size() > kMostReasons + 1)
    printf("          ... and %zu more (--engine-report)\n", lines.size() - kMostReasons - 1);
  if (!engines.whole_reason.empty()) {
    printf("collected as a whole by one worker before the first test runs: %s\n", engines.whole_reason.c_str());
  }
}

absl::Status CheckAlone(const options::CommandLine& line) {
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    // Fastest's verdicts are read from that file.
    const bool other = options::AsksElse(flag) || name == "--report-json";
    if (name != kOption && other && line.Has(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " does not go with ", kOption, ", which runs the suite itself"));
    }
  }
  return absl::OkStatus();
}

void Progress(const std::string& text) { Say(absl::StrCat("doctor: ", text)); }

// Runs of pytest and of Fastest, in turn.
struct Comparison {
  std::vector<Timed> of_pytest;
  std::vector<Timed> of_fastest;
  Engines engines;
  // Tests on which the runs of pytest disagree.
  std::set<std::string> unsteady;
  // Not 0: pytest ended with this code and ran no test.
  int no_tests = 0;

  const python::Verdicts& reference() const { return of_pytest.front().verdicts; }
};

absl::StatusOr<Comparison> Compare(const std::vector<std::string>& args, const request::Request& request) {
  const ScratchFolder scratch;
  RETURN_IF_ERROR(scratch.status());
  Comparison comparison;
  for (int i = 0; i < kRunsOfShort; ++i) {
    Progress(absl::StrCat("pytest runs the suite", i == 0 ? "" : " again"));
    ASSIGN_OR_RETURN(Timed of_pytest, TimePytest(request, scratch.path()));
    if (const int code = of_pytest.verdicts.exit_code; of_pytest.verdicts.tests.empty() && code >= kInternalError) {
      comparison.no_tests = code;
      return comparison;
    }
    Progress(absl::StrFormat("it took %.2f s; now Fastest", of_pytest.seconds));
    comparison.of_pytest.push_back(std::move(of_pytest));
    ASSIGN_OR_RETURN(Timed of_fastest, RunFastest(args, scratch.path(), &comparison.engines));
    Progress(absl::StrFormat("it took %.2f s", of_fastest.seconds));
    comparison.of_fastest.push_back(std::move(of_fastest));
    comparison.unsteady.merge(python::Unsteady(comparison.reference(), comparison.of_pytest.back().verdicts));
    if (comparison.of_pytest.back().seconds > kShortS) break;
  }
  return comparison;
}

std::vector<std::string> AllDifferences(const Comparison& comparison) {
  std::set<std::string> all;
  for (const Timed& run : comparison.of_fastest) {
    for (std::string& line : python::Differences(comparison.reference(), run.verdicts, comparison.unsteady))
      all.insert(std::move(line));
  }
  return {all.begin(), all.end()};
}

double MedianOf(const std::vector<Timed>& runs) {
  std::vector<double> seconds(runs.size());
  std::transform(runs.begin(), runs.end(), seconds.begin(), [](const Timed& run) { return run.seconds; });
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

void PrintHead(const python::Verdicts& reference, const request::Request& request) {
  const int slots = request.run.options.slots;
  printf("pytest %s on Python %s against Fastest with %s\n", reference.pytest_version.c_str(),
         reference.python_version.c_str(),
         request.farm.used() ? "agents" : absl::StrCat(slots, slots == 1 ? " slot" : " slots").c_str());
}

void PrintTimes(const Comparison& comparison) {
  const double pytest_s = MedianOf(comparison.of_pytest);
  const double fastest_s = MedianOf(comparison.of_fastest);
  const size_t runs = comparison.of_pytest.size();
  printf("time      pytest %.2f s, Fastest %.2f s: %.1f times as fast (%s)\n", pytest_s, fastest_s,
         pytest_s / fastest_s,
         runs == 1 ? "one run each" : absl::StrCat("medians of ", runs, " runs each, in turn").c_str());
}

}  // namespace

int DoctorCommand(const std::vector<std::string>& args, const options::CommandLine& line,
                  const request::Request& request) {
  if (const absl::Status alone = CheckAlone(line); !alone.ok()) return Fail(alone, kUsageError);
  const absl::StatusOr<Comparison> comparison = Compare(args, request);
  if (absl::IsCancelled(comparison.status())) return kInterrupted;
  if (!comparison.ok()) return Fail(comparison.status(), kInternalError);
  if (comparison->no_tests != 0) {
    Progress(absl::StrCat("pytest itself ends with exit code ", comparison->no_tests,
                          " and runs no test, so there is nothing to compare; run it without ", kOption,
                          " to see why"));
    return comparison->no_tests;
  }
  const std::vector<std::string> differences = AllDifferences(*comparison);
  PrintHead(comparison->reference(), request);
  PrintVerdict(comparison->reference(), differences, comparison->unsteady);
  PrintTimes(*comparison);
  PrintEngines(comparison->engines);
  for (const std::string& note : request.notes) printf("note      %s\n", note.c_str());
  return differences.empty() ? kOk : kTestsFailed;
}

}  // namespace fastest::commands
