#include "coordinator/commands/runs/spoiler_search.h"

#include <cstddef>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/shell_words.h"
#include "base/status_macros.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/isolation/spoilers.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

// One spoiler among a million tests takes some 20 runs. Several that spoil only together take more. The search ends
// here, and tells what is left.
constexpr int kMostQuestions = 100;

}  // namespace

absl::StatusOr<Finding> SpoilerSearch::For(isolation::Sequence sequence, const std::string& expected) {
  Finding finding;
  finding.test = sequence.tests.back();
  const std::vector<v1::TestRef> before(sequence.tests.begin(), sequence.tests.end() - 1);
  const auto ask = [&](const std::vector<v1::TestRef>& predecessors) -> absl::StatusOr<std::string> {
    sequence.tests = predecessors;
    sequence.tests.push_back(finding.test);
    ASSIGN_OR_RETURN(const Outcomes outcomes, runs_.Of(sequence));
    std::string outcome = OutcomeOf(outcomes, finding.test);
    Say(absl::StrCat("after ", Tests(predecessors.size()), ": ", outcome));
    return outcome;
  };
  Say(NameOf(finding.test));
  ASSIGN_OR_RETURN(finding.alone, ask({}));
  ASSIGN_OR_RETURN(const std::string alone_again, ask({}));
  if (alone_again != finding.alone) {
    finding.unsteady = absl::StrCat("run alone twice, it came out as ", finding.alone, " and then as ", alone_again);
    return finding;
  }
  ASSIGN_OR_RETURN(finding.after, ask(before));
  if (!expected.empty() && finding.after != expected) {
    finding.unsteady =
        absl::StrCat("after the same tests, it came out as ", expected, " before and as ", finding.after, " now");
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

void SpoilerSearch::Say(const std::string& text) const { commands::Say(absl::StrCat(who_, ": ", text)); }

int SpoilerSearch::Fail(const absl::Status& status) {
  return absl::IsCancelled(status) ? kInterrupted : commands::Fail(status, kInternalError);
}

std::string NameOf(const v1::TestRef& test) {
  return test.index() == 0 ? test.node_id() : absl::StrCat(test.node_id(), " (", test.index() + 1, ")");
}

void Print(const Finding& finding) {
  const std::string test = NameOf(finding.test);
  if (!finding.unsteady.empty()) {
    printf("%s\n  not the order: %s\n", test.c_str(), finding.unsteady.c_str());
    return;
  }
  if (finding.spoilers.empty()) {
    printf("%s\n  %s when run alone too: the tests before it are not the cause\n", test.c_str(), finding.alone.c_str());
    return;
  }
  const bool needs = IsGood(finding.after) && !IsGood(finding.alone);
  printf("%s\n  %s when run alone, %s after\n", test.c_str(), finding.alone.c_str(), finding.after.c_str());
  for (const v1::TestRef& spoiler : finding.spoilers) printf("    %s\n", NameOf(spoiler).c_str());
  if (!finding.minimal)
    printf("  some of these tests may not be needed: the search stopped after %d runs\n", kMostQuestions);
  printf("  %s; to reproduce:\n",
         needs ? "the test needs what these leave behind" : "what these leave behind disturbs the test");
  std::string command = "pytest";
  for (const v1::TestRef& spoiler : finding.spoilers) absl::StrAppend(&command, " ", QuoteForShell(spoiler.node_id()));
  printf("    %s %s\n", command.c_str(), QuoteForShell(finding.test.node_id()).c_str());
}

}  // namespace fastest::commands
