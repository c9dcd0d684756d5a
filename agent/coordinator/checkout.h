// The agent's checkout, beside the coordinator's: where paths lie here, and whether the files are the same.
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

// A path below `from`, moved to below `to`. Another path stays as it is.
std::string MapPath(const std::string& path, const std::string& from, const std::string& to);

// The run's spec for this checkout. The coordinator's rootdir becomes `workdir`: in the invocation directory, and in
// the absolute paths among pytest's arguments (PATH, PATH::id, --option=PATH). The interpreter is the agent's own.
v1::RunSpec SpecForCheckout(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir);

// The run's test files as the coordinator has them. They are compared with the files below `workdir` at first, and
// again as the run goes on. A file whose size and times have not changed is not read again. Aborted: some files differ;
// the message names them, and says what to do.
class ExpectedFiles {
 public:
  ExpectedFiles(const v1::CoordinatorMessage::StartRun& start, std::string workdir);

  absl::Status Compare();
  // Only the files of the batch's tests. A file that the coordinator did not tell of is not compared.
  absl::Status Compare(const v1::Batch& batch);

 private:
  struct File {
    uint64_t digest;
    // The file was read and found equal, and how it was then.
    bool found = false;
    struct stat seen = {};
  };

  // What is wrong with the file; empty: nothing is.
  std::string Difference(const std::string& path, File& file) const;
  absl::Status StatusOf(std::vector<std::string> different) const;

  const std::string workdir_;
  std::map<std::string, File> files_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_CHECKOUT_H_
