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
#include "coordinator/commands/own_program.h"
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

// A suite that takes less is run three times by each, and the medians are told; a longer one once.
constexpr double kShortS = 20;
constexpr int kRunsOfShort = 3;
// Differences that are told one by one, and reasons for another engine.
constexpr size_t kMostDifferences = 15;
constexpr size_t kMostReasons = 5;

struct Timed {
  python::Verdicts verdicts;
  double seconds = 0;
};

absl::StatusOr<Timed> TimePytest(const request::Request& request, const std::string& folder) {
  const absl::Time began = absl::Now();
  Timed run;
  ASSIGN_OR_RETURN(run.verdicts, python::RunPytest(request, request.run.pytest_args, {}, folder));
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

// Of the runs of Fastest: what the latest says beside its verdicts.
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

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string Tests(size_t count) { return absl::StrCat(count, count == 1 ? " test" : " tests"); }

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
        "          --engine pytest and -n 1 show whether the engine or the division over workers makes the "
        "difference\n");
  }
  if (!unsteady.empty()) {
    printf("          left out, since runs of pytest do not agree about them: %s, %s first\n",
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
    const bool other = flag.handling == options::Handling::kAsked || flag.handling == options::Handling::kText ||
                       flag.handling == options::Handling::kInteractive || name == "--report-json";
    if (name != kOption && other && line.Has(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " does not go with ", kOption, ", which runs the suite itself"));
    }
  }
  return absl::OkStatus();
}

int Fail(const absl::Status& status, int exit_code) {
  if (absl::IsCancelled(status)) return kInterrupted;
  fprintf(stderr, "ERROR: %s\n", std::string(status.message()).c_str());
  return exit_code;
}

void Say(const std::string& text) { fprintf(stderr, "doctor: %s\n", text.c_str()); }

}  // namespace

int Doctor(const std::vector<std::string>& args, const options::CommandLine& line, const request::Request& request) {
  if (const absl::Status alone = CheckAlone(line); !alone.ok()) return Fail(alone, kUsageError);
  const ScratchFolder scratch;
  if (!scratch.status().ok()) return Fail(scratch.status(), kInternalError);
  std::vector<Timed> of_pytest;
  std::vector<Timed> of_fastest;
  Engines engines;
  std::set<std::string> unsteady;
  for (int i = 0; i < kRunsOfShort; ++i) {
    Say(absl::StrCat("pytest runs the suite", i == 0 ? "" : " again"));
    absl::StatusOr<Timed> run = TimePytest(request, scratch.path());
    if (!run.ok()) return Fail(run.status(), kInternalError);
    if (const int code = run->verdicts.exit_code; run->verdicts.tests.empty() && code >= kInternalError) {
      Say(absl::StrCat("pytest itself ends with exit code ", code,
                       " and runs no test, so there is nothing to compare; it says why without ", kOption));
      return code;
    }
    Say(absl::StrFormat("it took %.2f s; now Fastest", run->seconds));
    of_pytest.push_back(*std::move(run));
    run = RunFastest(args, scratch.path(), &engines);
    if (!run.ok()) return Fail(run.status(), kInternalError);
    Say(absl::StrFormat("it took %.2f s", run->seconds));
    of_fastest.push_back(*std::move(run));
    unsteady.merge(python::Unsteady(of_pytest.front().verdicts, of_pytest.back().verdicts));
    if (of_pytest.back().seconds > kShortS) break;
  }
  const python::Verdicts& reference = of_pytest.front().verdicts;
  std::set<std::string> all_differences;
  for (const Timed& run : of_fastest) {
    for (std::string& line_of : python::Differences(reference, run.verdicts, unsteady))
      all_differences.insert(std::move(line_of));
  }
  const std::vector<std::string> differences(all_differences.begin(), all_differences.end());
  std::vector<double> pytest_s;
  std::vector<double> fastest_s;
  for (const Timed& run : of_pytest) pytest_s.push_back(run.seconds);
  for (const Timed& run : of_fastest) fastest_s.push_back(run.seconds);

  printf("pytest %s on Python %s against Fastest with %s\n", reference.pytest_version.c_str(),
         reference.python_version.c_str(),
         request.farm.used() ? "agents"
                             : absl::StrCat(request.run.slots, request.run.slots == 1 ? " slot" : " slots").c_str());
  PrintVerdict(reference, differences, unsteady);
  printf("time      pytest %.2f s, Fastest %.2f s: %.1f times as fast (%s)\n", Median(pytest_s), Median(fastest_s),
         Median(pytest_s) / Median(fastest_s),
         pytest_s.size() == 1 ? "one run each"
                              : absl::StrCat("medians of ", pytest_s.size(), " runs each, in turn").c_str());
  PrintEngines(engines);
  for (const std::string& note : request.notes) printf("note      %s\n", note.c_str());
  return differences.empty() ? kOk : kTestsFailed;
}

}  // namespace fastest::commands
