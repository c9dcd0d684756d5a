// Which expressions are accepted in a module, and why: see accept.h.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_EXPRESSION_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_EXPRESSION_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/text/syntax.h"

namespace fastest::constant_tests {

// Why an expression of the module `text` is not accepted, for a person; empty if it is. Pure, as all of these are.
std::string WhyNotExpression(std::string_view text, discovery::Node expression);

// A name that Python does not reserve, and that does not begin with two underscores.
bool IsName(std::string_view name);

// "+", "<<" and so on.
bool IsBinaryOperator(std::string_view operation);

// Whether the literal of `module` has one line, no prefix, and only escapes that all versions of Python know.
bool IsString(std::string_view module, discovery::Node literal);

// What stands between the parentheses, without comments.
discovery::Node OnlyPart(discovery::Node parenthesized);

// The text that an accepted string literal means.
std::string TextOfString(std::string_view literal);

// The operators of a comparison, each as one word ("not in", "is not"); empty if Python 3 lacks one of them.
std::vector<std::string_view> ComparisonOperators(std::string_view text, discovery::Node comparison);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_EXPRESSION_H_
