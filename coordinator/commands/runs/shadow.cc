#include "coordinator/commands/runs/shadow.h"

#include <xxhash.h>

#include <cstdio>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/shell_words.h"
#include "base/status_macros.h"
#include "coordinator/commands/runs/own_program.h"
#include "coordinator/commands/runs/replayed_run.h"
#include "coordinator/python/pytest_run.h"

namespace fastest::commands {
namespace {

// How many differences are listed.
constexpr size_t kMostDifferences = 10;

void Say(const std::string& text) { fprintf(stderr, "shadow: %s\n", text.c_str()); }

std::string Counted(size_t count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : what[absl::string_view(what).size() - 1] == 'h' ? "es" : "s");
}

// The run's arguments, without those that stop early, measure, or leave something behind.
absl::StatusOr<std::vector<std::string>> Arguments(const request::Request& request, const std::string& folder) {
  ASSIGN_OR_RETURN(options::CommandLine line, options::Parse(request.run.options.pytest_args, SaysHowTestsRun));
  std::vector<std::string> args = std::move(line.pytest_args);
  args.push_back("--maxfail=0");
  args.push_back(absl::StrCat("--override-ini=cache_dir=", folder, "/cache"));
  if (!request.run.options.control_option.empty()) args.push_back("--no-cov");
  return args;
}

// pytest's verdicts on the tests alone: modules and the exit code depend on the rest of the run.
absl::StatusOr<python::Verdicts> AskPytest(const ShadowSample& sample, const request::Request& request,
                                           const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::string> args, Arguments(request, folder));
  const run::RunOptions& run = request.run.options;
  ASSIGN_OR_RETURN(python::Verdicts verdicts,
                   python::RunPytest({run.python, run.as_module}, run.invocation_dir, args, sample.Tests(), folder));
  verdicts.exit_code = 0;
  verdicts.collectors.clear();
  return verdicts;
}

std::string TestOf(const std::string& difference) { return difference.substr(0, difference.rfind(": pytest ")); }

}  // namespace

bool ShadowSample::Wants(uint64_t lease_id) const {
  const XXH64_hash_t hash = XXH3_64bits_withSeed(run_id_.data(), run_id_.size(), lease_id);
  constexpr double kAll = 18446744073709551616.0;  // 2^64
  return static_cast<double>(hash) / kAll < share_;
}

void ShadowSample::Add(const v1::TestResult& result) {
  tests_[result.lease_id()].push_back(result.ref());
  python::VerdictReporter(&verdicts_).Result(result, {});
}

std::vector<v1::TestRef> ShadowSample::Tests() const {
  std::vector<v1::TestRef> all;
  for (const auto& [lease, tests] : tests_) all.insert(all.end(), tests.begin(), tests.end());
  return all;
}

void ShadowReporter::Result(const v1::TestResult& result, const results::Origin& origin) {
  // A test that was run again is known to be unsteady. A test that ended its worker would end pytest.
  if (origin.attempt > 1 || result.reason() != v1::REASON_NONE) return;
  if (result.lease_id() != 0 && sample_->Wants(result.lease_id())) sample_->Add(result);
}

void CompareWithShadow(const ShadowSample& sample, const request::Request& request) {
  const std::vector<v1::TestRef> tests = sample.Tests();
  if (tests.empty()) {
    Say("no batch was chosen this time");
    return;
  }
  const ScratchFolder scratch;
  if (const absl::Status made = scratch.status(); !made.ok()) {
    return Say(absl::StrCat(std::string(made.message()), ": nothing was compared"));
  }
  const std::string what = absl::StrCat(Counted(sample.batches(), "batch"), " with ", Counted(tests.size(), "test"));
  Say(absl::StrCat("pytest runs ", what, ", too"));
  const absl::StatusOr<python::Verdicts> first = AskPytest(sample, request, scratch.path());
  if (!first.ok()) return Say(std::string(first.status().message()));
  python::Verdicts own = sample.verdicts();
  python::VerdictReporter(&own).Finished({});
  std::vector<std::string> differences = python::Differences(*first, own, {});
  if (!differences.empty()) {
    // A test on which two runs of pytest disagree proves nothing.
    const absl::StatusOr<python::Verdicts> second = AskPytest(sample, request, scratch.path());
    if (!second.ok()) return Say(std::string(second.status().message()));
    differences = python::Differences(*first, own, python::Unsteady(*first, *second));
  }
  if (differences.empty()) return Say("the same");
  fprintf(stderr, "WARNING: pytest's outcome differs for %zu of these tests:\n", differences.size());
  for (size_t i = 0; i < differences.size() && i < kMostDifferences; ++i) {
    fprintf(stderr, "  %s\n", differences[i].c_str());
  }
  if (differences.size() > kMostDifferences)
    fprintf(stderr, "  ... and %zu more\n", differences.size() - kMostDifferences);
  const std::string report_json = request.report.File("--report-json");
  const std::string events = report_json.empty() || report_json == "-" ? "EVENTS" : report_json;
  fprintf(stderr,
          "Either they depend on tests that ran before them, or Fastest is wrong. To find out (%s):\n"
          "  fastest-coordinator --replay %s --until %s --bisect\n",
          events == "EVENTS" ? "EVENTS is the file of --report-json" : "docs/isolation.md",
          QuoteForShell(events).c_str(), QuoteForShell(TestOf(differences.front())).c_str());
  if (request.report.annotate) {
    printf("::warning title=--shadow::pytest's outcome differs for %zu of %zu tests, the first is %s\n",
           differences.size(), tests.size(), TestOf(differences.front()).c_str());
  }
}

}  // namespace fastest::commands
