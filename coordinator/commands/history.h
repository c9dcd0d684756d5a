// --history-import and --history-compact: work on the store of durations, without a run.
#ifndef FASTEST_COORDINATOR_COMMANDS_HISTORY_H_
#define FASTEST_COORDINATOR_COMMANDS_HISTORY_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Imports files, then joins the store's files, as far as `request` asks for each. Prints a line for each file and for
// the store. Gives the exit code: 4 for a store or a file that cannot be used, 3 if the files cannot be joined.
int HistoryCommand(const discovery::ProjectConfig& project, const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_HISTORY_H_
