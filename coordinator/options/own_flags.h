// Fastest's own options, a table for each group of --help. A new option of ours is a new row here.
#ifndef FASTEST_COORDINATOR_OPTIONS_OWN_FLAGS_H_
#define FASTEST_COORDINATOR_OPTIONS_OWN_FLAGS_H_

#include <vector>

#include "coordinator/options/flag_table.h"

namespace fastest::options {

// How tests run on this machine.
std::vector<Flag> RunFlags();
// How tests run on other machines.
std::vector<Flag> FarmFlags();
// What is asked for in place of a run.
std::vector<Flag> AskFlags();
// What is written about a run, and where.
std::vector<Flag> ReportFlags();
// In which order tests run, and which tests depend on others.
std::vector<Flag> OrderFlags();

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_OWN_FLAGS_H_
