// The options of pytest, of pytest-xdist, and of those plugins that Fastest treats in a way of their own: a table for
// each group of --help. tests/tools/test_options_page.py compares these tables with several versions of pytest.
#ifndef FASTEST_COORDINATOR_OPTIONS_PYTEST_FLAGS_H_
#define FASTEST_COORDINATOR_OPTIONS_PYTEST_FLAGS_H_

#include <vector>

#include "coordinator/options/flag_table.h"

namespace fastest::options {

// Which tests run.
std::vector<Flag> ChoosingFlags();
// What the terminal shows.
std::vector<Flag> TerminalFlags();
// Where pytest finds its settings and plugins.
std::vector<Flag> ConfigurationFlags();
// Log messages, and the reports of plugins.
std::vector<Flag> LogFlags();
// What pytest answers with a text in place of a run.
std::vector<Flag> AskPytestFlags();
// What needs to see the whole run.
std::vector<Flag> WholeRunFlags();
// What needs the user's keyboard.
std::vector<Flag> InteractiveFlags();
// pytest-xdist's.
std::vector<Flag> XdistFlags();

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_PYTEST_FLAGS_H_
