// What of a module's syntax is accepted: a part of Python that is read alike by tree-sitter and by every CPython from 3.9 to 3.14, that
// compiles without a warning, and that does nothing when it is imported but define tests.
//
// tree-sitter reads much that Python refuses, so nothing is accepted for having a tree: literals are read character by character, names are
// held against Python's keywords, statements must stand on lines of their own and in one column, and an operator's operands must bind more
// tightly than it does, as the grammar of Python has it (Language Reference, 6.17): a tree for which that holds is Python's own.
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
  // Its statements: assertions, assignments to a name, `pass`.
  std::vector<discovery::Node> statements;
};

struct Accepted {
  std::vector<TestFunction> tests;
  // Why the module is not accepted, for a person; empty if it is.
  std::string why_not;
};

// `module` is the tree of `text`, in which the parser found no error. Pure.
Accepted Accept(std::string_view text, discovery::Node module);

// What stands between the parentheses, comments apart.
discovery::Node OnlyPart(discovery::Node parenthesized);

// What a literal that was accepted stands for: the text of a string.
std::string TextOfString(std::string_view literal);

// The operators of a comparison, each as one word ("not in", "is not"); empty if there is one that Python 3 has not.
std::vector<std::string_view> ComparisonOperators(std::string_view text, discovery::Node comparison);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_H_
