// How many pytest sessions a run has, and of which kind. Some plugins need to see the whole run.
#ifndef FASTEST_COORDINATOR_REQUEST_SESSION_H_
#define FASTEST_COORDINATOR_REQUEST_SESSION_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"
#include "coordinator/request/request.h"

namespace fastest::request {

// Decides for one of:
// - several workers, each with a session of its own,
// - the same, and a control session beside them (RunOptions.control_option),
// - one slot with a session like pytest's own, whose text may be the answer (Terminal.forwarded),
// - pytest itself in the terminal (RunRequest.interactive_option).
//
// `request` has the slots that the user asked for, and learns the decision. Its notes say what the user does not get.
void ChooseSession(const options::CommandLine& line, const discovery::ProjectConfig& project,
                   const Invocation& invocation, Request& request);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_SESSION_H_
