// What the expressions of a file may ask about the names in it.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_NAME_LOOKUP_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_NAME_LOOKUP_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// Answers for the place that is being read: names bound further down don't count yet.
class NameLookup {
 public:
  virtual ~NameLookup() = default;

  // Where a dotted name comes from: "pytest.mark.skip", "int" for a builtin, "" for what is local, computed or not certain.
  virtual std::string Origin(Node expression) const = 0;

  // The expression whose value `name` has for certain, wherever it is read: bound once, and nothing changes it in place. Null
  // if there is none.
  virtual Node Constant(std::string_view name) const = 0;

  // __name__ of the function or class of this file that `name` is bound to; "" if it is none, or not for certain.
  virtual std::string LocalName(std::string_view name) const = 0;

  // True if calling `name` makes an instance of a class of this file that has no __name__ of its own.
  virtual bool MakesPlainInstance(std::string_view name) const = 0;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_NAME_LOOKUP_H_
