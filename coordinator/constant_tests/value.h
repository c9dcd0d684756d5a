// Values of the small part of Python that is decided without Python: immutable, with text in ASCII and integers of 64 bits.
//
// What is done with them agrees with every CPython from 3.9 to 3.14, or is not done: nullopt stands for "unsure", be it that Python would raise,
// that the answer depends on its version or on hash seeds, or that it would be too large. Pure; thread-safe.
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

// How much a value may hold (see Weight), and how many keys a dictionary or set, which is searched from end to end.
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
  // Of kDictionary: a key, its value, the next key …, in Python's order. Of kSet: in no order that means anything.
  std::vector<Value> items;

  static Value Bool(bool value);
  static Value Integer(int64_t value);
  static Value Text(std::string value);
  static Value Of(Kind kind, std::vector<Value> items);

  bool is(Kind wanted) const { return kind == wanted; }
  // int or bool, which Python counts with alike.
  bool is_whole() const { return kind == Kind::kInteger || kind == Kind::kBool; }
  bool is_number() const { return is_whole() || kind == Kind::kFloat; }
};

using Maybe = std::optional<Value>;

// Characters of texts and items of containers in it, on all levels.
size_t Weight(const Value& value);

bool Truth(const Value& value);
// Whether it may be a key, or an element of a set.
bool IsHashable(const Value& value);
// a == b, a < b and a in b.
std::optional<bool> Equal(const Value& a, const Value& b);
std::optional<bool> Less(const Value& a, const Value& b);
std::optional<bool> Contains(const Value& container, const Value& value);

// `operation` is as it is written: "+", "//", "**" ….
Maybe Binary(std::string_view operation, const Value& a, const Value& b);
// "-", "+" and "~".
Maybe Unary(std::string_view operation, const Value& value);
// value[index] and value[from:to].
Maybe Item(const Value& value, const Value& index);
Maybe Slice(const Value& value, const Maybe& from, const Maybe& to);

// A set of `items`, and a dictionary of keys and values in turn, both as the display of it makes it.
Maybe MakeSet(std::vector<Value> items);
Maybe MakeDictionary(std::vector<Value> entries);

// What iterating over it gives; not for sets, whose order is chance.
std::optional<std::vector<Value>> Elements(const Value& value);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_VALUE_H_
