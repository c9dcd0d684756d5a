#include "coordinator/commands/isolation_search.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/shell_words.h"
#include "base/status_macros.h"
#include "coordinator/commands/own_program.h"
#include "coordinator/isolation/orders.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/isolation/spoilers.h"
#include "coordinator/options/flag_table.h"
#include "proto/exit_code.h"
#include "proto/outcome_name.h"
#include "proto/test_id.h"

namespace fastest::commands {
namespace {

using isolation::Ran;
using isolation::Sequence;

// One spoiler is found in some 20 runs of a million tests. Several that only spoil together take more; what is left then is told as it is.
constexpr int kMostQuestions = 100;
// A suite that depends on its order as a whole has few causes and many victims: these are searched for, the rest named.
constexpr size_t kMostSearches = 10;
// Any would do. It is named in what is printed, and the order that it gives is the same everywhere.
constexpr unsigned kSeed = 1;

std::string Name(const v1::TestRef& ref) {
  return ref.index() == 0 ? ref.node_id() : absl::StrCat(ref.node_id(), " (", ref.index() + 1, ")");
}

// What can be told apart of a test's end: "failed (timeout)"; "nothing" if it has no result.
std::string Told(const Ran* ran) {
  if (ran == nullptr) return "nothing";
  const char* const reason = ran->reason == v1::CRASH ? " (crash)" : ran->reason == v1::TIMEOUT ? " (timeout)" : "";
  return absl::StrCat(OutcomeName(ran->outcome), reason);
}

std::string Tests(size_t count) { return absl::StrCat(count, count == 1 ? " test" : " tests"); }

void Say(const char* who, const std::string& text) { fprintf(stderr, "%s: %s\n", who, text.c_str()); }

int Fail(const absl::Status& status) {
  if (absl::IsCancelled(status)) return kInterrupted;
  fprintf(stderr, "ERROR: %s\n", std::string(status.message()).c_str());
  return kInternalError;
}

// Outcomes of one run, by test.
using Outcomes = std::map<TestId, std::string>;

// Makes runs of the same project with the same options, and reads what came of them.
class Runs {
 public:
  explicit Runs(const request::Request& request) : request_(request) {}

  absl::Status Ready() const { return scratch_.status(); }

  // pytest's own order, in one session.
  absl::StatusOr<isolation::RecordedRun> InPytestsOrder(int* exit_code) {
    std::vector<std::string> words = {"--workers=1", "--retries=0", "--shadow=0"};
    words.insert(words.end(), request_.run.pytest_args.begin(), request_.run.pytest_args.end());
    // All of it, even with -x in the project's settings.
    words.emplace_back("--maxfail=0");
    return Make(std::move(words), exit_code);
  }

  absl::StatusOr<Outcomes> Of(const Sequence& sequence) {
    results::RunStart start;
    start.pytest_args = request_.run.pytest_args;
    start.engine = request_.run.engine;
    const std::string path = scratch_.path() + "/sequence.jsonl";
    RETURN_IF_ERROR(isolation::WriteSequence(start, sequence, path));
    int exit_code = 0;
    ASSIGN_OR_RETURN(const isolation::RecordedRun run,
                     Make({"--replay=" + path, absl::StrCat("--worker=gw", sequence.worker)}, &exit_code));
    if (run.start.run_id.empty()) {
      return absl::UnavailableError(absl::StrCat("a run of ", Tests(sequence.tests.size()), " ended with exit code ",
                                                 exit_code, " before its first test; the suite as a whole did not"));
    }
    Outcomes outcomes;
    for (const Ran& ran : run.tests) outcomes[TestId(ran.ref)] = Told(&ran);
    return outcomes;
  }

  int made() const { return made_; }

 private:
  // A run that said nothing (pytest could not even begin) is one without tests and run id.
  absl::StatusOr<isolation::RecordedRun> Make(std::vector<std::string> words, int* exit_code) {
    const std::string events = scratch_.path() + "/events.jsonl";
    std::error_code ignored;
    std::filesystem::remove(events, ignored);
    words.insert(words.begin(),
                 {"--report-json=" + events, "--python=" + request_.run.python, "--engine=" + request_.run.engine,
                  "--progress=none", absl::StrCat("--hang-timeout=", request_.run.hang_timeout_s),
                  // The project's own is to know of the runs that its user makes.
                  "--override-ini=cache_dir=" + scratch_.path() + "/cache"});
    ++made_;
    ASSIGN_OR_RETURN(*exit_code, RunOwnProgram(words));
    if (!std::filesystem::exists(events, ignored) || std::filesystem::file_size(events, ignored) == 0)
      return isolation::RecordedRun();
    return isolation::ReadRecordedRun(events);
  }

  const request::Request& request_;
  const ScratchFolder scratch_;
  int made_ = 0;
};

std::string OutcomeOf(const Outcomes& outcomes, const v1::TestRef& test) {
  const auto found = outcomes.find(TestId(test));
  return found == outcomes.end() ? Told(nullptr) : found->second;
}

// What is known of a test that comes out as `alone` by itself and as `after` at the end of a sequence.
struct Finding {
  v1::TestRef test;
  std::string alone;
  std::string after;
  std::vector<v1::TestRef> spoilers;
  bool minimal = true;
  // Why there is no more to say; all but `test` may be empty then.
  std::string unsteady;
};

// Looks for the spoilers of the last test of `sequence`, which came out as `expected` there ("": whatever it comes out as).
absl::StatusOr<Finding> Search(Sequence sequence, const std::string& expected, const char* who, Runs& runs) {
  Finding finding;
  finding.test = sequence.tests.back();
  const std::vector<v1::TestRef> before(sequence.tests.begin(), sequence.tests.end() - 1);
  const auto ask = [&](const std::vector<v1::TestRef>& predecessors) -> absl::StatusOr<std::string> {
    sequence.tests = predecessors;
    sequence.tests.push_back(finding.test);
    ASSIGN_OR_RETURN(const Outcomes outcomes, runs.Of(sequence));
    std::string outcome = OutcomeOf(outcomes, finding.test);
    Say(who, absl::StrCat("after ", Tests(predecessors.size()), ": ", outcome));
    return outcome;
  };
  Say(who, Name(finding.test));
  ASSIGN_OR_RETURN(finding.alone, ask({}));
  ASSIGN_OR_RETURN(const std::string alone_again, ask({}));
  if (alone_again != finding.alone) {
    finding.unsteady = absl::StrCat("by itself it comes out now as ", finding.alone, ", now as ", alone_again);
    return finding;
  }
  ASSIGN_OR_RETURN(finding.after, ask(before));
  if (!expected.empty() && finding.after != expected) {
    finding.unsteady =
        absl::StrCat("after the same tests it came out as ", expected, " before, and as ", finding.after, " now");
    return finding;
  }
  if (finding.after == finding.alone) return finding;
  const auto spoiled = [&](const std::vector<size_t>& numbers) -> absl::StatusOr<bool> {
    std::vector<v1::TestRef> predecessors;
    for (const size_t number : numbers) predecessors.push_back(before[number]);
    ASSIGN_OR_RETURN(const std::string outcome, ask(predecessors));
    return outcome == finding.after;
  };
  ASSIGN_OR_RETURN(const isolation::Spoilers spoilers, isolation::FindSpoilers(before.size(), spoiled, kMostQuestions));
  for (const size_t number : spoilers.needed) finding.spoilers.push_back(before[number]);
  finding.minimal = spoilers.minimal;
  return finding;
}

bool Good(const std::string& outcome) {
  return outcome == OutcomeName(v1::PASSED) || outcome == report::OutcomeName(v1::SKIPPED) ||
         outcome == OutcomeName(v1::XFAILED);
}

void Print(const Finding& finding) {
  const std::string test = Name(finding.test);
  if (!finding.unsteady.empty()) {
    printf("%s\n  not the order: %s\n", test.c_str(), finding.unsteady.c_str());
    return;
  }
  if (finding.spoilers.empty()) {
    printf("%s\n  %s by itself too: no test before it has a part in that\n", test.c_str(), finding.alone.c_str());
    return;
  }
  const bool needs = Good(finding.after) && !Good(finding.alone);
  printf("%s\n  %s by itself, %s after\n", test.c_str(), finding.alone.c_str(), finding.after.c_str());
  for (const v1::TestRef& spoiler : finding.spoilers) printf("    %s\n", Name(spoiler).c_str());
  if (!finding.minimal)
    printf("  not all of these may be needed: the search was ended after %d runs\n", kMostQuestions);
  printf("  %s; to see it:\n",
         needs ? "it needs what is left behind there" : "what is left behind there is in its way");
  std::string command = "pytest";
  for (const v1::TestRef& spoiler : finding.spoilers) absl::StrAppend(&command, " ", QuoteForShell(spoiler.node_id()));
  printf("    %s %s\n", command.c_str(), QuoteForShell(finding.test.node_id()).c_str());
}

constexpr char kBisect[] = "bisect";
constexpr char kCheck[] = "check-isolation";

// Options that ask for something else than a run of the suite, or for a part of one.
absl::Status CheckAlone(const options::CommandLine& line) {
  const std::set<std::string> reports = {"--report-json", "--report-html", "--report-markdown", "--report-ctrf",
                                         "--junitxml",    "--trace-json",  "--shard",           "--agents",
                                         "--listen",      "--metrics",     "--serve-ui"};
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    const bool other = flag.handling == options::Handling::kAsked || flag.handling == options::Handling::kText ||
                       flag.handling == options::Handling::kInteractive;
    if (name != "--check-isolation" && (other || reports.count(name) > 0) && line.Has(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " does not go with --check-isolation, which makes several runs of the suite, here"));
    }
  }
  return absl::OkStatus();
}

struct OrderRun {
  std::string name;
  std::vector<std::vector<v1::TestRef>> workers;
  Outcomes outcomes;
};

// Up to the test, by the worker that ran it; empty if none did.
std::vector<v1::TestRef> UpTo(const OrderRun& run, const v1::TestRef& test) {
  for (const std::vector<v1::TestRef>& worker : run.workers) {
    const auto place =
        std::find_if(worker.begin(), worker.end(), [&](const v1::TestRef& ref) { return TestId(ref) == TestId(test); });
    if (place != worker.end()) return {worker.begin(), place + 1};
  }
  return {};
}

// Looks for what the test leans on. It came out differently in two orders at least, so in one of them otherwise than it does alone: of the
// orders with the same outcome, the one in which it ran earliest is tried.
absl::StatusOr<Finding> Explain(const v1::TestRef& test, const std::vector<OrderRun>& orders, Runs& runs) {
  std::map<std::string, std::vector<v1::TestRef>> shortest;
  for (const OrderRun& order : orders) {
    std::vector<v1::TestRef> sequence = UpTo(order, test);
    std::vector<v1::TestRef>& known = shortest[OutcomeOf(order.outcomes, test)];
    if (known.empty() || sequence.size() < known.size()) known = std::move(sequence);
  }
  Finding finding;
  for (const auto& [outcome, tests] : shortest) {
    // A sequence in which it is the first proves nothing.
    if (tests.size() < 2) continue;
    Sequence sequence;
    sequence.tests = tests;
    ASSIGN_OR_RETURN(finding, Search(std::move(sequence), outcome, kCheck, runs));
    if (!finding.unsteady.empty() || !finding.spoilers.empty()) return finding;
  }
  finding.test = test;
  finding.unsteady = "it came out differently in two runs, and does not when those are repeated";
  return finding;
}

absl::StatusOr<int> Check(const options::CommandLine& line, const request::Request& request) {
  if (const absl::Status alone = CheckAlone(line); !alone.ok()) {
    fprintf(stderr, "ERROR: %s\n", std::string(alone.message()).c_str());
    return kUsageError;
  }
  Runs runs(request);
  RETURN_IF_ERROR(runs.Ready());
  std::vector<OrderRun> orders;
  int exit_code = 0;
  Say(kCheck, "the suite in pytest's order");
  ASSIGN_OR_RETURN(const isolation::RecordedRun reference, runs.InPytestsOrder(&exit_code));
  if (reference.tests.empty()) {
    Say(kCheck,
        absl::StrCat("pytest ends with exit code ", exit_code,
                     " and runs no test, so there is nothing to compare; it says why without --check-isolation"));
    return exit_code == 0 ? kNoTestsCollected : exit_code;
  }
  OrderRun& first = orders.emplace_back();
  first.name = "pytest's order";
  first.workers.emplace_back();
  for (const Ran& ran : reference.tests) {
    first.workers.front().push_back(ran.ref);
    first.outcomes[TestId(ran.ref)] = Told(&ran);
  }
  const std::vector<v1::TestRef> tests = first.workers.front();
  for (isolation::Order& order : isolation::OrdersToTry(tests, kSeed)) {
    Say(kCheck, absl::StrCat("the suite ", order.name));
    OrderRun& run = orders.emplace_back();
    run.name = order.name;
    run.workers = std::move(order.workers);
    for (const std::vector<v1::TestRef>& worker : run.workers) {
      Sequence sequence;
      sequence.tests = worker;
      ASSIGN_OR_RETURN(Outcomes outcomes, runs.Of(sequence));
      run.outcomes.merge(outcomes);
    }
  }
  std::vector<v1::TestRef> differing;
  for (const v1::TestRef& test : tests) {
    const std::string expected = OutcomeOf(orders.front().outcomes, test);
    const bool same = std::all_of(orders.begin(), orders.end(),
                                  [&](const OrderRun& order) { return OutcomeOf(order.outcomes, test) == expected; });
    if (!same) differing.push_back(test);
  }
  std::vector<Finding> findings;
  for (size_t i = 0; i < differing.size() && i < kMostSearches; ++i) {
    ASSIGN_OR_RETURN(Finding finding, Explain(differing[i], orders, runs));
    findings.push_back(std::move(finding));
  }
  for (const Finding& finding : findings) Print(finding);
  if (differing.size() > findings.size()) {
    printf("and, differing likewise, not searched for:\n");
    for (size_t i = findings.size(); i < differing.size(); ++i) printf("  %s\n", Name(differing[i]).c_str());
  }
  std::string names;
  for (const OrderRun& order : orders) absl::StrAppend(&names, names.empty() ? "" : "; ", order.name);
  printf("%s in %zu orders (%s): ", Tests(tests.size()).c_str(), orders.size(), names.c_str());
  if (differing.empty()) {
    printf("each came out the same in all\n");
    return kOk;
  }
  printf("%s came out differently; %d runs\n", Tests(differing.size()).c_str(), runs.made());
  return kTestsFailed;
}

}  // namespace

int Bisect(const Sequence& sequence, const request::Request& request) {
  Runs runs(request);
  if (const absl::Status ready = runs.Ready(); !ready.ok()) return Fail(ready);
  const absl::StatusOr<Finding> finding = Search(sequence, "", kBisect, runs);
  if (!finding.ok()) return Fail(finding.status());
  Print(*finding);
  return finding->unsteady.empty() ? kOk : kTestsFailed;
}

int CheckIsolation(const options::CommandLine& line, const request::Request& request) {
  const absl::StatusOr<int> exit_code = Check(line, request);
  return exit_code.ok() ? *exit_code : Fail(exit_code.status());
}

}  // namespace fastest::commands
