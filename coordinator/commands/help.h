// --help and --version.
#ifndef FASTEST_COORDINATOR_COMMANDS_HELP_H_
#define FASTEST_COORDINATOR_COMMANDS_HELP_H_

namespace fastest::commands {

// Both print to standard output and give the exit code.
int HelpCommand();
int VersionCommand();

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_HELP_H_
