// The value of a Python expression, as far as pytest shows it in a test's id. It serves discovery alone: constant_tests has
// a Value of its own, which has all that an assertion can ask of it.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_VALUE_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_VALUE_H_

#include <memory>
#include <string>
#include <vector>

namespace fastest::discovery {

enum class ValueKind : unsigned char {
  // Might be anything.
  kUnknown,
  // `text` holds the characters as UTF-8, or the bytes.
  kString,
  kBytes,
  // An int: `text` is its decimal form.
  kInteger,
  // float, bool, complex: `text` is str() of it.
  kScalar,
  kNone,
  // A class or function: `text` is its __name__.
  kNamed,
  // A compiled pattern: `text` is its source.
  kPattern,
  // `text` is "list" or "tuple"; `items` holds what is in it.
  kSequence,
  // pytest.param(*items, id=…).
  kParameterSet,
  // Something that an id shows by the argument's name.
  kObject,
};

struct Value {
  ValueKind kind = ValueKind::kUnknown;
  std::string text;
  std::vector<Value> items;
  // Of a kParameterSet: it has marks; its id, null if not given.
  bool marked = false;
  std::unique_ptr<Value> id;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_VALUE_H_
