// The ids that pytest gives to sets of parameters.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_ID_MAKER_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_ID_MAKER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/facts/value.h"

namespace fastest::discovery {

// What `ids=` says.
struct IdSource {
  enum Kind : unsigned char {
    // Nothing is given: ids come from the values.
    kNone,
    // A list, in `ids`.
    kList,
    // ids=str: the text of each value.
    kStr,
    // The ids are computed in an unknown way.
    kUnknown,
  };
  Kind kind = kNone;
  std::vector<Value> ids;
};

// The ids of `sets` for the parameters `names`. With `single`, there is one name, and each set is its value. Otherwise
// each set is a sequence of values. The ids are those of every pytest from 7.4 on. If versions differ, or something is
// not known, the result is open and says why.
ParameterSets MakeIds(const std::vector<std::string>& names, bool single, std::vector<Value> sets,
                      const IdSource& source);

// Characters and bytes that are not printable ASCII, as pytest escapes them: "caf\xe9".
std::string EscapedText(std::string_view utf8);
std::string EscapedBytes(std::string_view bytes);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_ID_MAKER_H_
