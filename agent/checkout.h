// The agent's checkout as the counterpart of the coordinator's: where paths lie here, and whether the files are the same.
#ifndef FASTEST_AGENT_CHECKOUT_H_
#define FASTEST_AGENT_CHECKOUT_H_

#include <string>

#include "absl/status/status.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// `path` with `from` as its first folders replaced by `to`; another path is left as it is.
std::string MapPath(const std::string& path, const std::string& from, const std::string& to);

// The run's spec for this checkout: invocation directory and absolute paths below the coordinator's rootdir among pytest's arguments
// (PATH, PATH::id, --option=PATH) lie below `workdir`, which is the rootdir; the interpreter is the agent's own.
v1::RunSpec SpecForCheckout(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir);

// Whether the run's test files are the same below `workdir`. Aborted names some that differ, and says what to do.
absl::Status CompareFiles(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_CHECKOUT_H_
