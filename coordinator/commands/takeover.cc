#include "coordinator/commands/takeover.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/commands/text/messages.h"
#include "proto/exit_code.h"

namespace fastest::commands {

int TakeoverCommand(const request::Request& request) {
  const std::string& python = request.run.options.python;
  std::vector<std::string> words = {python, "-m", "pytest"};
  if (const std::string junit = request.report.File("--junitxml"); !junit.empty()) {
    words.push_back(absl::StrCat("--junitxml=", junit));
    if (!request.report.junit_prefix.empty()) words.push_back("--junitprefix=" + request.report.junit_prefix);
  }
  words.insert(words.end(), request.run.options.pytest_args.begin(), request.run.options.pytest_args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Say(absl::StrCat("fastest: ", request.run.interactive_option, " needs the keyboard: pytest itself takes over"));
  execvp(argv[0], argv.data());
  Say(absl::StrCat("ERROR: no Python interpreter ", python, " (", strerror(errno), "): give one with --python"));
  return kUsageError;
}

bool HasKeyboard() {
  struct stat input = {};
  struct stat null = {};
  if (fstat(STDIN_FILENO, &input) != 0) return false;
  return stat("/dev/null", &null) != 0 || !S_ISCHR(input.st_mode) || input.st_rdev != null.st_rdev;
}

request::Request WithoutKeyboard(request::Request request) {
  run::RunOptions& run = request.run.options;
  run.slots = 1;
  run.collection = v1::WHOLE;
  run.control_option.clear();
  run.terminal.forwarded = true;
  request.run.shadow = 0;
  return request;
}

}  // namespace fastest::commands
