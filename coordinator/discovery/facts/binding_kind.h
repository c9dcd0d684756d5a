// Whether the value of an expression can be a test.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_BINDING_KIND_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_BINDING_KIND_H_

#include "coordinator/discovery/facts/evaluator.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/facts/name_lookup.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// kValue if `value` is certainly neither a function nor a class, else kUnknown. Null (no expression) is unknown.
BindingKind KindOfValue(Node value, const NameLookup& names, const Evaluator& evaluator);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_BINDING_KIND_H_
