// --warm: an agent that outlives its run.
#ifndef FASTEST_COORDINATOR_REQUEST_WARM_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_WARM_REQUEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

struct WarmRequest {
  // Use a warm agent, and leave one.
  bool keep = false;
  // --warm=stop, in place of a run: end the project's warm agents.
  bool stop = false;
  // Where warm agents wait: $XDG_RUNTIME_DIR/fastest, or the folder "warm" of the cache.
  std::string folder;
  // Tells the user why --warm is ignored; empty: it is not.
  std::string note;
};

// `on_farm`: the tests run on other machines. Errors: InvalidArgument with one line.
absl::StatusOr<WarmRequest> ReadWarmRequest(const options::CommandLine& line, const Invocation& invocation,
                                            bool on_farm);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_WARM_REQUEST_H_
