// Values of Python's literals.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_LITERALS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_LITERALS_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/facts/value.h"

namespace fastest::discovery {

// The value of one string literal as it is written, prefix and quotes included. Unknown for a formatted string that has fields,
// and for escapes by a character's name.
Value StringLiteral(std::string_view literal);

// The value of a number as it is written. Unknown if it is too large for us.
Value IntegerLiteral(std::string_view literal);
Value FloatLiteral(std::string_view literal);

// repr() of a float.
std::string FloatText(double value);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_LITERALS_H_
