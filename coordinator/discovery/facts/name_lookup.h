// What expressions of a file may ask about the names in it.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_NAME_LOOKUP_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_NAME_LOOKUP_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// Answers for the place that is being read. Names that are bound further down do not count yet. The answers' nodes
// belong to the tree.
class NameLookup {
 public:
  virtual ~NameLookup() = default;

  // Where a dotted name comes from: "pytest.mark.skip", or "int" for a builtin. Empty if the name is local, computed or
  // uncertain.
  virtual std::string Origin(Node expression) const = 0;

  // The expression whose value `name` certainly has, wherever it is read: it is bound once, and nothing changes it in
  // place. Null if there is none.
  virtual Node Constant(std::string_view name) const = 0;

  // The __name__ of the function or class of this file to which `name` is bound. Empty if it is bound to something
  // else, or not for certain.
  virtual std::string LocalName(std::string_view name) const = 0;

  // Whether calling `name` makes an instance of a class of this file that has no __name__ of its own.
  virtual bool MakesPlainInstance(std::string_view name) const = 0;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_NAME_LOOKUP_H_
