// Short scripts for the user's Python.
#ifndef FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_
#define FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fastest::python {

// "no Python interpreter X (why): give one with --python", as NotFound. `why`: what FindProgram says.
absl::Status NoInterpreter(const std::string& python, const absl::Status& why);

// The user's interpreter.
struct Interpreter {
  std::string path;
  // The script has sys.path as `python -m pytest` has it, with the working directory first. Otherwise sys.path is that
  // of the command `pytest`.
  bool as_module = false;
};

struct Question {
  Interpreter python;
  const char* script = "";
  std::vector<std::string> args;
  // Empty: this process's directory.
  std::string working_dir;
  // What the script is for, in a message: "look for modules".
  std::string task;
  // The script is killed after this.
  absl::Duration limit = absl::Minutes(1);
};

// Runs the script as `python -c` does, but with sys.path as Interpreter says. Gives what the script wrote to descriptor
// 3. What it prints goes where this process prints. Errors, with a text for the user:
// - NotFound: there is no such interpreter; the text names --python.
// - Unavailable: the exit code was not 0, or the limit has passed; the text says which task cannot be done, and why.
absl::StatusOr<std::string> AskPython(const Question& question);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_
