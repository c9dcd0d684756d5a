// Which syntax is accepted in a module. It is a part of Python that
// - tree-sitter and every CPython from 3.9 to 3.14 read alike,
// - compiles without a warning,
// - does nothing at import but define tests.
//
// tree-sitter reads much that Python refuses. So a tree alone proves nothing:
// - Literals are read character by character.
// - Names are compared with Python's keywords.
// - Each statement must have lines of its own, and all must begin in one column.
// - The operands of an operator must bind more tightly than the operator, as in Python's grammar (Language Reference,
//   6.17). A tree for which that holds is Python's own.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/text/syntax.h"

namespace fastest::constant_tests {

struct TestFunction {
  // "TestA::test_b".
  std::string name;
  // Line of its "def", from 0.
  int line = 0;
  // Assertions, assignments to a name, `pass`.
  std::vector<discovery::Node> statements;
};

struct Accepted {
  std::vector<TestFunction> tests;
  // Why the module is not accepted, for a person; empty if it is.
  std::string why_not;
};

// `module` is the tree of `text`, in which the parser found no error. Pure.
Accepted Accept(std::string_view text, discovery::Node module);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_H_
