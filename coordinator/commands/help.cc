#include "coordinator/commands/help.h"

#include <cstdio>

#include "base/version_text.h"
#include "coordinator/options/command_line.h"
#include "proto/exit_code.h"

namespace fastest::commands {

int HelpCommand() {
  fputs(options::HelpText().c_str(), stdout);
  return kOk;
}

int VersionCommand() {
  fputs(VersionText(Program::kCoordinator).c_str(), stdout);
  return kOk;
}

}  // namespace fastest::commands
