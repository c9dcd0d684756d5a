// Which modules are accepted by their syntax. The accepted part of Python
// - is read alike by tree-sitter and by every CPython from 3.9 to 3.14,
// - compiles without a warning,
// - does nothing when it is imported, except to define tests.
//
// tree-sitter reads much that Python refuses, so a tree alone proves nothing. In addition:
// - Literals are read character by character.
// - Names are compared with Python's keywords.
// - Statements must be on lines of their own and in one column.
// - The operands of an operator must bind more tightly than the operator, by the grammar of Python (Language Reference,
//   6.17). A tree with this property is Python's own.
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
  // Its statements: assertions, assignments to a name, and `pass`.
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
