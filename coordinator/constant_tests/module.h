// Decides a whole module's tests without Python, or none of them.
//
// Only tests that are certain to pass are decided. A test that may fail goes to Python with its whole module, since its
// failure needs pytest's text. accept.h and value.h say what can be decided, and tests/constant_tests compares that
// with CPython.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_MODULE_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_MODULE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/text/syntax.h"

namespace fastest::constant_tests {

// A test that passes.
struct Passed {
  // "TestA::test_b".
  std::string name;
  // Line of its "def", from 0.
  int line = 0;
  // How long the decision took.
  double seconds = 0;
};

struct Module {
  // All tests of the module, in the order of the file.
  std::vector<Passed> tests;
  // Why no test is decided, for a person; empty if all are.
  std::string why_not;
  // zlib's CRC-32 of the file's bytes.
  uint32_t crc32 = 0;
};

// Decides the file with these bytes. Takes time in proportion to their number, whatever they are. Thread-safe if each
// thread has its own parser.
Module Decide(std::string_view bytes, discovery::SyntaxParser& parser);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_MODULE_H_
