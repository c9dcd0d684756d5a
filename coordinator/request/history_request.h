// The store of past runs' durations and outcomes: where it is, and what is done with it.
#ifndef FASTEST_COORDINATOR_REQUEST_HISTORY_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_HISTORY_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

struct HistoryRequest {
  // Absolute paths or addresses; empty: none. `base` is read and never written.
  std::string store;
  std::string base;
  // The key of this project in the store: the rootdir. Empty in a store that the user has named, which belongs to the
  // project wherever the checkout lies.
  std::string project;
  // Say of each failure whether it is new. Only with a store that the user has named, since other people and jobs fill
  // it, too. A person's own cache knows only what that person saw.
  bool label_failures = false;

  // --history-import and --history-compact, in place of a run.
  std::vector<std::string> imports;
  bool compact = false;
  bool asks() const { return compact || !imports.empty(); }
};

// Errors: InvalidArgument with one line, without the secrets that an address may hold.
absl::StatusOr<HistoryRequest> ReadHistoryRequest(const options::CommandLine& line,
                                                  const discovery::ProjectConfig& project,
                                                  const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_HISTORY_REQUEST_H_
