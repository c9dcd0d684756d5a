#include "coordinator/commands/replayed_run.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/options/flag_table.h"

namespace fastest::commands {
namespace {

constexpr char kOption[] = "--replay";
constexpr const char* kCompanions[] = {"--worker", "--until", "--bisect"};

absl::Status CheckAlone(const options::CommandLine& line) {
  if (!line.paths.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(kOption, " says which tests are run: ", line.paths.front(),
                                                   " does not go with it (--until NODEID makes it the last one)"));
  }
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    const bool companion =
        name == kOption || std::find(std::begin(kCompanions), std::end(kCompanions), name) != std::end(kCompanions);
    const bool other = flag.handling != options::Handling::kOwn && flag.handling != options::Handling::kHanded;
    const bool divides = name == "--shard" || name == "--plan-file" || name == "--retries";
    if (!companion && (other || divides) && line.Has(name)) {
      return absl::InvalidArgumentError(absl::StrCat(name, " does not go with ", kOption));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool SaysHowTestsRun(const options::Flag& flag) {
  constexpr const char* kNot[] = {"--exitfirst", "--maxfail",     "--cache-clear",
                                  "--html",      "--json-report", "--report-log"};
  const std::string name = options::MainName(flag);
  return flag.handling == options::Handling::kHanded &&
         std::find(std::begin(kNot), std::end(kNot), name) == std::end(kNot);
}

absl::Status CheckReplayWords(const options::CommandLine& line) {
  for (const char* const name : kCompanions) {
    if (line.Has(name) && !line.Has(kOption)) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is for ", kOption, " EVENTS: give both"));
    }
  }
  if (line.Has("--bisect") && !line.Has("--until")) {
    return absl::InvalidArgumentError("--bisect: which test comes out otherwise? Name it with --until NODEID");
  }
  return absl::OkStatus();
}

absl::StatusOr<ReplayedRun> ReadReplayedRun(const options::CommandLine& line) {
  RETURN_IF_ERROR(CheckAlone(line));
  absl::StatusOr<isolation::RecordedRun> run = isolation::ReadRecordedRun(*line.Last(kOption));
  if (!run.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(kOption, " ", std::string(run.status().message())));
  }
  ReplayedRun replayed;
  ASSIGN_OR_RETURN(replayed.sequence,
                   isolation::SequenceOf(*run, line.Last("--worker").value_or(""), line.Last("--until").value_or("")));
  ASSIGN_OR_RETURN(options::CommandLine recorded, options::Parse(run->start.pytest_args, SaysHowTestsRun));
  recorded.values["--engine"] = {run->start.engine};
  replayed.line = options::Join(recorded, line);
  return replayed;
}

void Follow(const isolation::Sequence& sequence, request::Request* request) {
  run::RunOptions& run = request->run;
  request->notes.clear();
  const size_t tests = sequence.tests.size();
  request->notes.push_back(absl::StrCat("runs ", tests, tests == 1 ? " test" : " tests", " as worker gw",
                                        sequence.worker, " of ", sequence.slots, " did"));
  // Measuring takes a controller's session, which this worker has none of; it says nothing about how tests come out.
  if (!run.control_option.empty()) run.pytest_args.push_back("--no-cov");
  run.control_option.clear();
  run.slots = 1;
  run.collection = sequence.slots == 1 ? v1::WHOLE : v1::AUTO;
  run.sequence = sequence;
  // What settings ask of a whole run makes no sense here.
  run.retries = 0;
  request->shard = request::ShardOptions();
  request->shadow = 0;
  // It is there to be looked at: what a suite is expected to do is not learned from it.
  request->history.clear();
  request->history_base.clear();
  request->label_failures = false;
}

}  // namespace fastest::commands
