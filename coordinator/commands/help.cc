#include "coordinator/commands/help.h"

#include <cstdio>

#include "base/version.h"
#include "coordinator/options/command_line.h"
#include "proto/exit_code.h"

namespace fastest::commands {

int HelpCommand() {
  fputs(options::HelpText().c_str(), stdout);
  return kOk;
}

int VersionCommand() {
  printf("fastest %s\n", kVersion);
  return kOk;
}

}  // namespace fastest::commands
