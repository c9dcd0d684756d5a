#include "coordinator/commands/check_isolation.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/commands/runs/isolation_runs.h"
#include "coordinator/commands/runs/spoiler_search.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/isolation/orders.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/options/flag_table.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::commands {
namespace {

constexpr char kOption[] = "--check-isolation";
// A suite that depends on its order as a whole has few causes and many victims. So many victims are searched for, the
// others only named.
constexpr size_t kMostSearches = 10;
// Any number would do. It is printed, and its order is the same everywhere.
constexpr unsigned kSeed = 1;

absl::Status CheckAlone(const options::CommandLine& line) {
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    const bool other = options::AsksElse(flag) || flag.Is(options::kReportFile | options::kOfOneRun);
    if (name != kOption && other && line.Has(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " does not go with ", kOption, ", which runs the suite several times, on this machine"));
    }
  }
  return absl::OkStatus();
}

// A run of the suite in one order.
struct OrderRun {
  std::string name;
  // What each worker ran.
  std::vector<std::vector<v1::TestRef>> workers;
  Outcomes outcomes;
};

OrderRun InPytestsOrder(const isolation::RecordedRun& reference) {
  OrderRun run;
  run.name = "pytest's order";
  run.workers.emplace_back();
  for (const isolation::Ran& ran : reference.tests) {
    run.workers.front().push_back(ran.ref);
    run.outcomes[TestId(ran.ref)] = OutcomeText(&ran);
  }
  return run;
}

absl::StatusOr<OrderRun> Run(isolation::Order order, IsolationRuns& runs) {
  OrderRun run;
  run.name = order.name;
  run.workers = std::move(order.workers);
  for (const std::vector<v1::TestRef>& worker : run.workers) {
    isolation::Sequence sequence;
    sequence.tests = worker;
    ASSIGN_OR_RETURN(Outcomes outcomes, runs.Of(sequence));
    run.outcomes.merge(outcomes);
  }
  return run;
}

std::vector<v1::TestRef> Differing(const std::vector<v1::TestRef>& tests, const std::vector<OrderRun>& orders) {
  std::vector<v1::TestRef> differing;
  for (const v1::TestRef& test : tests) {
    const std::string expected = OutcomeOf(orders.front().outcomes, test);
    const bool same = std::all_of(orders.begin(), orders.end(),
                                  [&](const OrderRun& order) { return OutcomeOf(order.outcomes, test) == expected; });
    if (!same) differing.push_back(test);
  }
  return differing;
}

// What the worker of `test` ran, up to the test; empty if no worker ran it.
std::vector<v1::TestRef> UpTo(const OrderRun& run, const v1::TestRef& test) {
  for (const std::vector<v1::TestRef>& worker : run.workers) {
    const auto place =
        std::find_if(worker.begin(), worker.end(), [&](const v1::TestRef& ref) { return TestId(ref) == TestId(test); });
    if (place != worker.end()) return {worker.begin(), place + 1};
  }
  return {};
}

// Looks for the spoilers of `test`. Two orders gave it different outcomes, so at least one of these is not its outcome
// alone. Of the orders with the same outcome, the search uses the one in which the test ran earliest.
absl::StatusOr<Finding> Explain(const v1::TestRef& test, const std::vector<OrderRun>& orders, SpoilerSearch& search) {
  std::map<std::string, std::vector<v1::TestRef>> shortest;
  for (const OrderRun& order : orders) {
    std::vector<v1::TestRef> sequence = UpTo(order, test);
    std::vector<v1::TestRef>& known = shortest[OutcomeOf(order.outcomes, test)];
    if (known.empty() || sequence.size() < known.size()) known = std::move(sequence);
  }
  Finding finding;
  for (const auto& [outcome, tests] : shortest) {
    // A sequence that begins with the test proves nothing.
    if (tests.size() < 2) continue;
    isolation::Sequence sequence;
    sequence.tests = tests;
    ASSIGN_OR_RETURN(finding, search.For(std::move(sequence), outcome));
    if (!finding.unsteady.empty() || !finding.spoilers.empty()) return finding;
  }
  finding.test = test;
  finding.unsteady = "it came out differently in two runs, but not when these runs were repeated";
  return finding;
}

void PrintFindings(const std::vector<Finding>& findings, const std::vector<v1::TestRef>& differing) {
  for (const Finding& finding : findings) Print(finding);
  if (differing.size() == findings.size()) return;
  printf("came out differently too, but the causes were not searched for:\n");
  for (size_t i = findings.size(); i < differing.size(); ++i) printf("  %s\n", NameOf(differing[i]).c_str());
}

// Gives the exit code.
int PrintSummary(size_t tests, size_t differing, const std::vector<OrderRun>& orders, int runs) {
  std::string names;
  for (const OrderRun& order : orders) absl::StrAppend(&names, names.empty() ? "" : "; ", order.name);
  printf("%s in %zu orders (%s): ", Tests(tests).c_str(), orders.size(), names.c_str());
  if (differing == 0) {
    printf("every test came out the same in all of them\n");
    return kOk;
  }
  printf("%s came out differently; %d runs\n", Tests(differing).c_str(), runs);
  return kTestsFailed;
}

absl::StatusOr<int> Check(const request::RunRequest& request) {
  IsolationRuns runs(request);
  RETURN_IF_ERROR(runs.Ready());
  SpoilerSearch search("check-isolation", runs);
  int exit_code = 0;
  search.Say("the suite in pytest's order");
  ASSIGN_OR_RETURN(const isolation::RecordedRun reference, runs.InPytestsOrder(&exit_code));
  if (reference.tests.empty()) {
    search.Say(absl::StrCat("pytest ends with exit code ", exit_code,
                            " and runs no test, so there is nothing to compare; run it without ", kOption,
                            " to see why"));
    return exit_code == 0 ? kNoTestsCollected : exit_code;
  }
  std::vector<OrderRun> orders = {InPytestsOrder(reference)};
  const std::vector<v1::TestRef> tests = orders.front().workers.front();
  for (isolation::Order& order : isolation::OrdersToTry(tests, kSeed)) {
    search.Say(absl::StrCat("the suite ", order.name));
    ASSIGN_OR_RETURN(OrderRun run, Run(std::move(order), runs));
    orders.push_back(std::move(run));
  }
  const std::vector<v1::TestRef> differing = Differing(tests, orders);
  std::vector<Finding> findings;
  for (size_t i = 0; i < differing.size() && i < kMostSearches; ++i) {
    ASSIGN_OR_RETURN(Finding finding, Explain(differing[i], orders, search));
    findings.push_back(std::move(finding));
  }
  PrintFindings(findings, differing);
  return PrintSummary(tests.size(), differing.size(), orders, runs.made());
}

}  // namespace

int CheckIsolationCommand(const options::CommandLine& line, const request::RunRequest& request) {
  if (const absl::Status alone = CheckAlone(line); !alone.ok()) return Fail(alone, kUsageError);
  const absl::StatusOr<int> exit_code = Check(request);
  return exit_code.ok() ? *exit_code : SpoilerSearch::Fail(exit_code.status());
}

}  // namespace fastest::commands
