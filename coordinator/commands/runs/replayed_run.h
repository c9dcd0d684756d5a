// --replay: a run that repeats what one worker of an earlier run did.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_REPLAYED_RUN_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_REPLAYED_RUN_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/options/command_line.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Whether an option of pytest's belongs to a second run of the same tests. Some do not: they choose tests by a cache,
// stop early, or would write over the first run's reports.
bool SaysHowTestsRun(const options::Flag& flag);

struct ReplayedRun {
  // The earlier run's options for pytest, followed by what was typed now.
  options::CommandLine line;
  isolation::Sequence sequence;
};

// Reads the file that `line` names. Precondition: line.Has("--replay"). InvalidArgument: the file, the worker or the
// test is not there, or an option does not go with --replay.
absl::StatusOr<ReplayedRun> ReadReplayedRun(const options::CommandLine& line);

// Has `request`, made of ReplayedRun.line, run the sequence.
void Follow(const isolation::Sequence& sequence, request::Request* request);

// InvalidArgument: --worker, --until or --bisect is given without the options that it needs.
absl::Status CheckReplayWords(const options::CommandLine& line);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_REPLAYED_RUN_H_
