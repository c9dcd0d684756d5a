// The arguments of a call, by position and by name.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_CALL_ARGUMENTS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_CALL_ARGUMENTS_H_

#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/discovery/facts/evaluator.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

struct CallArguments {
  std::vector<Node> positional;
  std::vector<std::pair<std::string_view, Node>> named;
  // There is a *args or **kwargs: more may be given than is seen here.
  bool has_splat = false;

  // The argument that is given as `name` or at `position` (-1: by name only). Null if it is not.
  Node Find(std::string_view name, int position) const {
    for (const auto& [given, value] : named) {
      if (given == name) return value;
    }
    const bool there = position >= 0 && static_cast<size_t>(position) < positional.size();
    return there ? positional[static_cast<size_t>(position)] : Node();
  }
};

// `list` is the argument_list of a call, or null for none. The names lie in the text of `evaluator`.
inline CallArguments ReadArguments(Node list, const Evaluator& evaluator) {
  CallArguments arguments;
  if (!list.is(Kind::kArgumentList)) {
    // f(x for x in y) has no list but a generator.
    if (!list.is_null()) arguments.positional.push_back(list);
    return arguments;
  }
  ForEachChild(list, [&](Node argument) {
    if (argument.kind() == Kind::kListSplat || argument.kind() == Kind::kDictionarySplat) {
      arguments.has_splat = true;
    } else if (argument.kind() == Kind::kKeywordArgument) {
      arguments.named.emplace_back(evaluator.TextOf(argument[Field::kName]), argument[Field::kValue]);
    } else {
      arguments.positional.push_back(argument);
    }
  });
  return arguments;
}

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_CALL_ARGUMENTS_H_
