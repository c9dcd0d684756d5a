// The text of --discover.
#ifndef FASTEST_COORDINATOR_DISCOVERY_DISCOVER_TEXT_H_
#define FASTEST_COORDINATOR_DISCOVERY_DISCOVER_TEXT_H_

#include <string>

#include "coordinator/discovery/discovery.h"

namespace fastest::discovery {

// One line for each test, its node id as `pytest --collect-only -q` prints it. An open one shows the id without parameters, the
// reason and the estimate: "tests/test_a.py::test_x  [open: …, ~4]"; a module with open reasons has a line of its own before its tests:
// "tests/test_a.py  [open: …]"; what holds for the whole project comes first. A blank line and the sums end it:
// "12 tests in 3 files (2 open)".
std::string DiscoverText(const Discovery& discovery);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_DISCOVER_TEXT_H_
