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
    // Nothing: ids come from the values.
    kNone,
    // A list, in `ids`.
    kList,
    // ids=str: the text of each value.
    kStr,
    // Computed, in a way that is not known.
    kUnknown,
  };
  Kind kind = kNone;
  std::vector<Value> ids;
};

// Ids for `sets`, values of `names`. `single` if there is one name and each set is its value; otherwise each set is a sequence of
// values. Says exactly what every pytest from 7.4 on says, or is open with the reason.
ParameterSets MakeIds(const std::vector<std::string>& names, bool single, std::vector<Value> sets,
                      const IdSource& source);

// What pytest makes of characters and bytes that are not printable ASCII: "caf\xe9".
std::string EscapedText(std::string_view utf8);
std::string EscapedBytes(std::string_view bytes);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_ID_MAKER_H_
