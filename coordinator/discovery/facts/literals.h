// Values of Python's literals.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_LITERALS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_LITERALS_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/facts/value.h"

namespace fastest::discovery {

// The value of a string literal as written, with prefix and quotes. Unknown for a formatted string with fields, and for
// escapes by name.
Value StringLiteral(std::string_view literal);

// The value of a number as written. Unknown if the number is too large for us.
Value IntegerLiteral(std::string_view literal);
Value FloatLiteral(std::string_view literal);

// repr() of a float.
std::string FloatText(double value);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_LITERALS_H_
