// Values of the small part of Python that is decided without Python. They are immutable. Text is ASCII, and integers
// have 64 bits. (discovery/facts/value.h has another Value: the little of a value that a test's id shows.)
//
// Every operation gives what every CPython from 3.9 to 3.14 gives, or nullopt for "unsure". Unsure means: Python would
// raise, the answer depends on its version or on hash seeds, or the value would be too large. Pure; thread-safe.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_VALUE_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastest::constant_tests {

// The most that a value may hold (see Weight), and the most keys of a dictionary or set, which is searched from end to
// end.
constexpr size_t kMostWeight = 4096;
constexpr size_t kMostKeys = 128;

struct Value {
  enum class Kind : unsigned char { kNone, kBool, kInteger, kFloat, kText, kList, kTuple, kRange, kSet, kDictionary };

  Kind kind = Kind::kNone;
  // Of kBool (0 or 1) and kInteger.
  int64_t integer = 0;
  // Of kFloat: always finite.
  double real = 0;
  std::string text;
  // Of kDictionary: a key, its value, the next key …, in Python's order. Of kSet: in no particular order.
  std::vector<Value> items;

  static Value Bool(bool value);
  static Value Integer(int64_t value);
  static Value Text(std::string value);
  static Value Of(Kind kind, std::vector<Value> items);

  bool is(Kind wanted) const { return kind == wanted; }
  // int or bool, which calculate alike in Python.
  bool is_whole() const { return kind == Kind::kInteger || kind == Kind::kBool; }
  bool is_number() const { return is_whole() || kind == Kind::kFloat; }
};

using Maybe = std::optional<Value>;

// The number of characters and items in the value, on all levels.
size_t Weight(const Value& value);

bool Truth(const Value& value);
// Whether the value may be a key, or an element of a set.
bool IsHashable(const Value& value);
// a == b, a < b and a in b.
std::optional<bool> Equal(const Value& a, const Value& b);
std::optional<bool> Less(const Value& a, const Value& b);
std::optional<bool> Contains(const Value& container, const Value& value);

// `operation` is as written: "+", "//", "**" ….
Maybe Binary(std::string_view operation, const Value& a, const Value& b);
// "-", "+" and "~".
Maybe Unary(std::string_view operation, const Value& value);
// value[index] and value[from:to].
Maybe Item(const Value& value, const Value& index);
Maybe Slice(const Value& value, const Maybe& from, const Maybe& to);

// The set of `items`, and the dictionary of keys and values in turn, as a display makes them.
Maybe MakeSet(std::vector<Value> items);
Maybe MakeDictionary(std::vector<Value> entries);

// The elements that iterating gives. None for sets, whose order is chance.
std::optional<std::vector<Value>> Elements(const Value& value);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_VALUE_H_
