// --pdb and other options that need the user's keyboard: pytest itself takes over the terminal.
#ifndef FASTEST_COORDINATOR_COMMANDS_TAKEOVER_H_
#define FASTEST_COORDINATOR_COMMANDS_TAKEOVER_H_

#include "coordinator/request/request.h"

namespace fastest::commands {

// Replaces this process by pytest, which writes a JUnit report too, if one is asked for. Returns only if pytest cannot
// be run: the exit code, with the reason on standard error.
int TakeoverCommand(const request::Request& request);

// False if standard input is closed or the null device: whoever asks there learns at once that nobody answers.
bool HasKeyboard();
// Then the debugger ends the session at its first prompt, and the run is one session of pytest's own like any other.
request::Request WithoutKeyboard(request::Request request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_TAKEOVER_H_
