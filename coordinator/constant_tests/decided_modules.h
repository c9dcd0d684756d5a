// Which modules of a run are decided without Python, as far as their files tell; whether that may count, the workers say (Collection.native).
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_MODULES_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_MODULES_H_

#include <map>
#include <string>

#include "coordinator/constant_tests/module.h"
#include "coordinator/discovery/discovery.h"

namespace fastest::constant_tests {

// By node id, with all of their tests. Reads their files below `rootdir`, on all cores. None that discovery holds for open, that stands in a
// package whose own code would run first, or whose name another module has, too (pytest reports the second that it imports as an error).
std::map<std::string, Module> DecidedModules(const discovery::Discovery& discovery, const std::string& rootdir);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_MODULES_H_
