#include "coordinator/commands/runs/replayed_run.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/byte_text.h"
#include "base/status_macros.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/options/flag_table.h"
#include "proto/engine_name.h"
#include "proto/worker_id.h"

namespace fastest::commands {
namespace {

constexpr char kOption[] = "--replay";
constexpr const char* kCompanions[] = {"--worker", "--until", "--bisect"};

absl::Status CheckAlone(const options::CommandLine& line) {
  if (!line.paths.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(kOption, " decides which tests are run: leave out ",
                                                   line.paths.front(), " (--until NODEID names the last test to run)"));
  }
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    const bool companion =
        name == kOption || std::find(std::begin(kCompanions), std::end(kCompanions), name) != std::end(kCompanions);
    const bool other = flag.handling != options::Handling::kOwn && flag.handling != options::Handling::kHanded;
    if (!companion && (other || flag.Is(options::kDividesRun)) && line.Has(name)) {
      return absl::InvalidArgumentError(absl::StrCat(name, " does not go with ", kOption));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool SaysHowTestsRun(const options::Flag& flag) {
  return flag.handling == options::Handling::kHanded && !flag.Is(options::kNotRepeated);
}

absl::Status CheckReplayWords(const options::CommandLine& line) {
  for (const char* const name : kCompanions) {
    if (line.Has(name) && !line.Has(kOption)) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is for ", kOption, " EVENTS: give both"));
    }
  }
  if (line.Has("--bisect") && !line.Has("--until")) {
    return absl::InvalidArgumentError(
        "--bisect needs the test that comes out differently: name it with --until NODEID");
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
  std::vector<std::string> words;
  for (const std::string& word : run->start.pytest_args) words.push_back(BytesOf(word));
  ASSIGN_OR_RETURN(options::CommandLine recorded, options::Parse(words, SaysHowTestsRun));
  recorded.values["--engine"] = {EngineName(run->start.engine)};
  replayed.line = options::Join(recorded, line);
  return replayed;
}

void Follow(const isolation::Sequence& sequence, request::Request* request) {
  run::RunOptions& run = request->run.options;
  request->notes = {absl::StrCat("runs ", Tests(sequence.tests.size()), " as worker ", WorkerId(sequence.worker),
                                 " of ", sequence.slots, " did")};
  // Coverage needs a controller's session, which this worker lacks. It does not change how tests come out.
  if (!run.control_option.empty()) run.pytest_args.push_back("--no-cov");
  run.control_option.clear();
  run.slots = 1;
  run.collection = sequence.slots == 1 ? v1::WHOLE : v1::AUTO;
  run.sequence = sequence;
  // Settings may ask for these in a whole run.
  run.failures.retries = 0;
  request->shard = request::ShardRequest();
  request->run.shadow = 0;
  // A repetition is for looking at. Nothing is learned from it about what the suite should do.
  request->history.store.clear();
  request->history.base.clear();
  request->history.label_failures = false;
}

}  // namespace fastest::commands
