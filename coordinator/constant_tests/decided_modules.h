// Which modules of a run are decided without Python, as far as their files tell. The workers say whether that may count
// (Collection.native).
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_MODULES_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_MODULES_H_

#include <map>
#include <string>

#include "coordinator/constant_tests/module.h"
#include "coordinator/discovery/discovery.h"

namespace fastest::constant_tests {

// The decided modules by node id, with all their tests. Reads files below `rootdir`, on all cores. A module is left out
// if
// - discovery calls it open,
// - it is in a package whose own code would run first,
// - another module has the same name: pytest reports the second that it imports as an error.
std::map<std::string, Module> DecidedModules(const discovery::Discovery& discovery, const std::string& rootdir);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_MODULES_H_
