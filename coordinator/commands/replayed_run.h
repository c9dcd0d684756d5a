// --replay: the run that repeats what one worker of an earlier run has done.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPLAYED_RUN_H_
#define FASTEST_COORDINATOR_COMMANDS_REPLAYED_RUN_H_

#include "absl/status/statusor.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/options/command_line.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Whether an option of pytest's has a say in how tests run, for a second run of the same. Those that choose tests by what a cache says, or stop
// early, would choose otherwise then; those that write reports would write over the first run's.
bool SaysHowTestsRun(const options::Flag& flag);

struct ReplayedRun {
  // What was typed now, behind what the earlier run was told of how pytest collects and runs tests.
  options::CommandLine line;
  isolation::Sequence sequence;
};

// Reads the file that `line` names. Precondition: line.Has("--replay"). InvalidArgument: file, worker or test are not there, or something stands
// beside it that makes no sense there.
absl::StatusOr<ReplayedRun> ReadReplayedRun(const options::CommandLine& line);

// Has `request`, made of ReplayedRun.line, run the sequence.
void Follow(const isolation::Sequence& sequence, request::Request* request);

// One of --worker, --until and --bisect that stands there without --replay, or whatever else they need; OK if none does.
absl::Status CheckReplayWords(const options::CommandLine& line);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPLAYED_RUN_H_
