// What commands write for the user.
#ifndef FASTEST_COORDINATOR_COMMANDS_TEXT_MESSAGES_H_
#define FASTEST_COORDINATOR_COMMANDS_TEXT_MESSAGES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace fastest::commands {

// Writes `text` to standard error, and a line break if it ends with none.
void Say(const std::string& text);

// Writes "ERROR: " and the message to standard error. Gives `exit_code`, for the caller to end with.
int Fail(const absl::Status& status, int exit_code);

// Writes `text` to standard output at once; to standard error if standard output carries JSON.
void Print(const std::string& text, bool text_to_stderr);

// "1 test", "2 tests".
std::string Tests(size_t count);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_TEXT_MESSAGES_H_
