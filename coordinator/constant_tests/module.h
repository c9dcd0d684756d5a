// Decides a whole module's tests without Python, or none of them.
//
// Only what passes for certain is decided: a test that may fail goes to Python, and its module with it, for its text. What may be decided so
// is said in accept.h and value.h; tests/constant_tests holds it against CPython.
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
  // What it took to decide it.
  double seconds = 0;
};

struct Module {
  // All of its tests, in the order in which they stand.
  std::vector<Passed> tests;
  // Why none is decided, for a person; empty if all are.
  std::string why_not;
  // zlib's CRC-32 of the bytes.
  uint32_t crc32 = 0;
};

// Of the bytes of a file. Whatever they are, this ends in time proportional to their number. Thread-safe as long as each thread has its own
// parser.
Module Decide(std::string_view bytes, discovery::SyntaxParser& parser);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_MODULE_H_
