// Values of the small part of Python that is decided without Python. They are immutable, texts are ASCII, and integers
// have 64 bits.
//
// Every result agrees with every CPython from 3.9 to 3.14. nullopt means "unsure": Python would raise an exception, or
// the result depends on Python's version or on hash seeds, or it would be too large. Pure; thread-safe.
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

// How much a value may hold (see Weight), and how many keys a dictionary or set may have: all keys are compared.
constexpr size_t kMostWeight = 4096;
constexpr size_t kMostKeys = 128;

struct Value {
  enum class Kind : unsigned char { kNone, kBool, kInteger, kFloat, kText, kList, kTuple, kRange, kSet, kDictionary };

  Kind kind = Kind::kNone;
  // For kBool (0 or 1) and kInteger.
  int64_t integer = 0;
  // For kFloat. Always finite.
  double real = 0;
  std::string text;
  // For kDictionary: a key, its value, the next key …, in Python's order. For kSet: the order means nothing.
  std::vector<Value> items;

  static Value Bool(bool value);
  static Value Integer(int64_t value);
  static Value Text(std::string value);
  static Value Of(Kind kind, std::vector<Value> items);

  bool is(Kind wanted) const { return kind == wanted; }
  // int or bool. Python calculates with both alike.
  bool is_whole() const { return kind == Kind::kInteger || kind == Kind::kBool; }
  bool is_number() const { return is_whole() || kind == Kind::kFloat; }
};

using Maybe = std::optional<Value>;

// The number of characters and of items in the value, on all levels.
size_t Weight(const Value& value);

bool Truth(const Value& value);
// Whether the value may be a key, or an element of a set.
bool IsHashable(const Value& value);
// a == b, a < b and a in b.
std::optional<bool> Equal(const Value& a, const Value& b);
std::optional<bool> Less(const Value& a, const Value& b);
std::optional<bool> Contains(const Value& container, const Value& value);

// `operation` is Python's sign: "+", "//", "**" ….
Maybe Binary(std::string_view operation, const Value& a, const Value& b);
// "-", "+" and "~".
Maybe Unary(std::string_view operation, const Value& value);
// value[index] and value[from:to].
Maybe Item(const Value& value, const Value& index);
Maybe Slice(const Value& value, const Maybe& from, const Maybe& to);

// What {items…} makes, and what {key: value…} makes of keys and values in turn.
Maybe MakeSet(std::vector<Value> items);
Maybe MakeDictionary(std::vector<Value> entries);

// What an iteration gives. nullopt for sets, whose order is chance.
std::optional<std::vector<Value>> Elements(const Value& value);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_VALUE_H_
