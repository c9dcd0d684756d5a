// The agent's checkout as the counterpart of the coordinator's: where paths lie here, and whether the files are the same.
#ifndef FASTEST_AGENT_COORDINATOR_CHECKOUT_H_
#define FASTEST_AGENT_COORDINATOR_CHECKOUT_H_

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// `path` with `from` as its first folders replaced by `to`; another path is left as it is.
std::string MapPath(const std::string& path, const std::string& from, const std::string& to);

// The run's spec for this checkout: invocation directory and absolute paths below the coordinator's rootdir among pytest's arguments
// (PATH, PATH::id, --option=PATH) lie below `workdir`, which is the rootdir; the interpreter is the agent's own.
v1::RunSpec SpecForCheckout(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir);

// The run's test files as the coordinator has them, to be compared with those below `workdir`: at first, and again as the run goes on. A
// file whose size and times have not changed is not read again. Aborted names some that differ, and says what to do.
class ExpectedFiles {
 public:
  ExpectedFiles(const v1::CoordinatorMessage::StartRun& start, std::string workdir);

  absl::Status Compare();
  // Only the files that the batch's tests stand in; OK for those of which nothing is known.
  absl::Status Compare(const v1::Batch& batch);

 private:
  struct File {
    uint64_t digest;
    // As it was when it was read and found equal. Zeros: it was not.
    struct stat seen = {};
  };

  // What is wrong with it; empty if nothing is.
  std::string Difference(const std::string& path, File& file) const;
  absl::Status StatusOf(std::vector<std::string> different) const;

  const std::string workdir_;
  std::map<std::string, File> files_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_CHECKOUT_H_
