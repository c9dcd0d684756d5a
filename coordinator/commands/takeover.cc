#include "coordinator/commands/takeover.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/commands/text/messages.h"
#include "proto/exit_code.h"

namespace fastest::commands {

int TakeoverCommand(const request::RunRequest& request) {
  const std::string& python = request.options.python;
  std::vector<std::string> words = {python, "-m", "pytest"};
  words.insert(words.end(), request.options.pytest_args.begin(), request.options.pytest_args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Say(absl::StrCat("fastest: ", request.interactive_option, " needs the keyboard: pytest itself takes over"));
  execvp(argv[0], argv.data());
  Say(absl::StrCat("ERROR: no Python interpreter ", python, " (", strerror(errno), "): give one with --python"));
  return kUsageError;
}

}  // namespace fastest::commands
