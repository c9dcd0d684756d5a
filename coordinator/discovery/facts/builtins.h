// Functions and classes that many test files use, and what an id of pytest shows of them.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_BUILTINS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_BUILTINS_H_

#include <string_view>

namespace fastest::discovery {

// Whether a call of `origin` ("datetime.date", "set") makes an object that an id shows by the argument's name.
bool MakesObject(std::string_view origin);

// Whether `origin` is a builtin class or function ("int", "ValueError"): an id shows its __name__, which is this name.
bool IsNamedBuiltin(std::string_view origin);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_BUILTINS_H_
