// The text of --discover.
#ifndef FASTEST_COORDINATOR_DISCOVERY_DISCOVER_TEXT_H_
#define FASTEST_COORDINATOR_DISCOVERY_DISCOVER_TEXT_H_

#include <string>

#include "coordinator/discovery/discovery.h"

namespace fastest::discovery {

// What --discover prints:
// - Reasons that hold for the whole project come first.
// - A module with open reasons has a line of its own before its tests: "tests/test_a.py  [open: …]".
// - Each test has a line: its node id, as `pytest --collect-only -q` prints it. An open test has its id without
//   parameters, the reason and the estimate: "tests/test_a.py::test_x  [open: …, ~4]".
// - A blank line and the sums end the text: "12 tests in 3 files (2 open)".
std::string DiscoverText(const Discovery& discovery);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_DISCOVER_TEXT_H_
