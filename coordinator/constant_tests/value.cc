#include "coordinator/constant_tests/value.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace fastest::constant_tests {
namespace {

using Kind = Value::Kind;

// A double holds every integer up to this.
constexpr int64_t kMostExact = int64_t{1} << 53;

std::optional<double> AsReal(const Value& value) {
  if (value.is(Kind::kFloat)) return value.real;
  if (value.integer > kMostExact || value.integer < -kMostExact) return std::nullopt;
  return static_cast<double>(value.integer);
}

Maybe Real(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  Value made;
  made.kind = Kind::kFloat;
  made.real = value;
  return made;
}

bool IsSequence(const Value& value) { return value.is(Kind::kList) || value.is(Kind::kTuple); }

// The place of `wanted` among every `step`-th item; the number of items if it is not there.
std::optional<size_t> Find(const std::vector<Value>& items, const Value& wanted, size_t step) {
  for (size_t i = 0; i < items.size(); i += step) {
    const std::optional<bool> same = Equal(items[i], wanted);
    if (!same.has_value()) return std::nullopt;
    if (*same) return i;
  }
  return items.size();
}

std::optional<bool> EqualItems(const std::vector<Value>& a, const std::vector<Value>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const std::optional<bool> same = Equal(a[i], b[i]);
    if (!same.has_value() || !*same) return same;
  }
  return true;
}

std::optional<bool> EqualSets(const Value& a, const Value& b) {
  if (a.items.size() != b.items.size()) return false;
  for (const Value& item : a.items) {
    const std::optional<bool> there = Contains(b, item);
    if (!there.has_value() || !*there) return there;
  }
  return true;
}

std::optional<bool> EqualDictionaries(const Value& a, const Value& b) {
  if (a.items.size() != b.items.size()) return false;
  for (size_t i = 0; i < a.items.size(); i += 2) {
    const std::optional<size_t> at = Find(b.items, a.items[i], 2);
    if (!at.has_value()) return std::nullopt;
    if (*at == b.items.size()) return false;
    const std::optional<bool> same = Equal(a.items[i + 1], b.items[*at + 1]);
    if (!same.has_value() || !*same) return same;
  }
  return true;
}

Maybe Power(int64_t base, int64_t exponent) {
  if (exponent < 0 || exponent > 64) return std::nullopt;
  int64_t product = 1;
  for (; exponent > 0; --exponent) {
    if (__builtin_mul_overflow(product, base, &product)) return std::nullopt;
  }
  return Value::Integer(product);
}

Maybe Shift(std::string_view operation, int64_t a, int64_t b) {
  if (b < 0 || b > 62) return std::nullopt;
  // For negative numbers every compiler that we know makes an arithmetic shift, and so does Python.
  if (operation == ">>") return Value::Integer(a >> b);
  int64_t product;
  if (__builtin_mul_overflow(a, int64_t{1} << b, &product)) return std::nullopt;
  return Value::Integer(product);
}

Maybe BinaryOfWhole(std::string_view operation, const Value& left, const Value& right) {
  const int64_t a = left.integer;
  const int64_t b = right.integer;
  int64_t result;
  if (operation == "+") {
    if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
    return Value::Integer(result);
  }
  if (operation == "-") {
    if (__builtin_sub_overflow(a, b, &result)) return std::nullopt;
    return Value::Integer(result);
  }
  if (operation == "*") {
    if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
    return Value::Integer(result);
  }
  if (operation == "/") {
    const std::optional<double> x = AsReal(left);
    const std::optional<double> y = AsReal(right);
    // For integers that doubles hold, the division rounds as Python's does.
    if (!x.has_value() || !y.has_value() || *y == 0) return std::nullopt;
    return Real(*x / *y);
  }
  if (operation == "//" || operation == "%") {
    if (b == 0 || (a == INT64_MIN && b == -1)) return std::nullopt;
    // Python rounds down, and C++ towards zero.
    const int64_t remainder = a % b;
    const bool one_less = remainder != 0 && (remainder < 0) != (b < 0);
    if (operation == "//") return Value::Integer(a / b - (one_less ? 1 : 0));
    return Value::Integer(one_less ? remainder + b : remainder);
  }
  if (operation == "**") return Power(a, b);
  if (operation == "<<" || operation == ">>") return Shift(operation, a, b);
  const bool are_bools = left.is(Kind::kBool) && right.is(Kind::kBool);
  if (operation == "&") return are_bools ? Value::Bool((a & b) != 0) : Value::Integer(a & b);
  if (operation == "|") return are_bools ? Value::Bool((a | b) != 0) : Value::Integer(a | b);
  if (operation == "^") return are_bools ? Value::Bool((a ^ b) != 0) : Value::Integer(a ^ b);
  return std::nullopt;
}

Maybe BinaryOfReal(std::string_view operation, const Value& left, const Value& right) {
  const std::optional<double> a = AsReal(left);
  const std::optional<double> b = AsReal(right);
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  if (operation == "+") return Real(*a + *b);
  if (operation == "-") return Real(*a - *b);
  if (operation == "*") return Real(*a * *b);
  if (operation == "/" && *b != 0) return Real(*a / *b);
  return std::nullopt;
}

Maybe Repeat(const Value& value, int64_t times) {
  const size_t weight = Weight(value);
  if (times > 0 && weight > 0 && static_cast<uint64_t>(times) > kMostWeight / weight) return std::nullopt;
  Value repeated;
  repeated.kind = value.kind;
  for (int64_t i = 0; i < times && weight > 0; ++i) {
    repeated.text += value.text;
    repeated.items.insert(repeated.items.end(), value.items.begin(), value.items.end());
  }
  return repeated;
}

Maybe Join(const Value& a, const Value& b) {
  if (Weight(a) + Weight(b) > kMostWeight) return std::nullopt;
  Value joined = a;
  joined.text += b.text;
  joined.items.insert(joined.items.end(), b.items.begin(), b.items.end());
  return joined;
}

Maybe BinaryOfSets(std::string_view operation, const Value& a, const Value& b) {
  std::vector<Value> items;
  for (const Value& item : a.items) {
    const std::optional<bool> in_both = Contains(b, item);
    if (!in_both.has_value()) return std::nullopt;
    if (operation == "|" || *in_both == (operation == "&")) items.push_back(item);
  }
  if (operation == "|" || operation == "^") {
    for (const Value& item : b.items) {
      const std::optional<bool> in_both = Contains(a, item);
      if (!in_both.has_value()) return std::nullopt;
      if (!*in_both) items.push_back(item);
    }
  } else if (operation != "&" && operation != "-") {
    return std::nullopt;
  }
  return MakeSet(std::move(items));
}

// The place that an index of a slice means. A negative index counts from the end. An index outside means the border.
size_t Place(int64_t place, size_t size) {
  const auto length = static_cast<int64_t>(size);
  if (place < 0) place = place < -length ? 0 : place + length;
  return static_cast<size_t>(std::min(place, length));
}

}  // namespace

Value Value::Bool(bool value) {
  Value made;
  made.kind = Kind::kBool;
  made.integer = value ? 1 : 0;
  return made;
}

Value Value::Integer(int64_t value) {
  Value made;
  made.kind = Kind::kInteger;
  made.integer = value;
  return made;
}

Value Value::Text(std::string value) {
  Value made;
  made.kind = Kind::kText;
  made.text = std::move(value);
  return made;
}

Value Value::Of(Kind kind, std::vector<Value> items) {
  Value made;
  made.kind = kind;
  made.items = std::move(items);
  return made;
}

size_t Weight(const Value& value) {
  size_t weight = value.text.size();
  for (const Value& item : value.items) weight += 1 + Weight(item);
  return weight;
}

bool Truth(const Value& value) {
  switch (value.kind) {
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInteger:
      return value.integer != 0;
    case Kind::kFloat:
      return value.real != 0;
    case Kind::kText:
      return !value.text.empty();
    default:
      return !value.items.empty();
  }
}

bool IsHashable(const Value& value) {
  if (value.is(Kind::kTuple)) return std::all_of(value.items.begin(), value.items.end(), IsHashable);
  return !value.is(Kind::kList) && !value.is(Kind::kSet) && !value.is(Kind::kDictionary);
}

std::optional<bool> Equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_whole() && b.is_whole()) return a.integer == b.integer;
    const std::optional<double> x = AsReal(a);
    const std::optional<double> y = AsReal(b);
    if (!x.has_value() || !y.has_value()) return std::nullopt;
    return *x == *y;
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kNone:
      return true;
    case Kind::kText:
      return a.text == b.text;
    case Kind::kSet:
      return EqualSets(a, b);
    case Kind::kDictionary:
      return EqualDictionaries(a, b);
    default:
      return EqualItems(a.items, b.items);
  }
}

std::optional<bool> Less(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_whole() && b.is_whole()) return a.integer < b.integer;
    const std::optional<double> x = AsReal(a);
    const std::optional<double> y = AsReal(b);
    if (!x.has_value() || !y.has_value()) return std::nullopt;
    return *x < *y;
  }
  if (a.kind != b.kind) return std::nullopt;
  if (a.is(Kind::kText)) return a.text < b.text;
  if (!IsSequence(a)) return std::nullopt;
  const size_t shorter = std::min(a.items.size(), b.items.size());
  for (size_t i = 0; i < shorter; ++i) {
    const std::optional<bool> same = Equal(a.items[i], b.items[i]);
    if (!same.has_value()) return std::nullopt;
    if (!*same) return Less(a.items[i], b.items[i]);
  }
  return a.items.size() < b.items.size();
}

std::optional<bool> Contains(const Value& container, const Value& value) {
  size_t step = 1;
  switch (container.kind) {
    case Kind::kText:
      if (!value.is(Kind::kText)) return std::nullopt;
      return container.text.find(value.text) != std::string::npos;
    case Kind::kDictionary:
      step = 2;
      [[fallthrough]];
    case Kind::kSet:
      if (!IsHashable(value)) return std::nullopt;
      break;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kRange:
      break;
    default:
      return std::nullopt;
  }
  const std::optional<size_t> at = Find(container.items, value, step);
  if (!at.has_value()) return std::nullopt;
  return *at < container.items.size();
}

Maybe Binary(std::string_view operation, const Value& a, const Value& b) {
  if (a.is_whole() && b.is_whole()) return BinaryOfWhole(operation, a, b);
  if (a.is_number() && b.is_number()) return BinaryOfReal(operation, a, b);
  if (a.is(Kind::kSet) && b.is(Kind::kSet)) return BinaryOfSets(operation, a, b);
  const auto repeats = [](const Value& value) { return value.is(Kind::kText) || IsSequence(value); };
  if (operation == "*" && repeats(a) && b.is_whole()) return Repeat(a, b.integer);
  if (operation == "*" && a.is_whole() && repeats(b)) return Repeat(b, a.integer);
  if (operation == "+" && a.kind == b.kind && repeats(a)) return Join(a, b);
  return std::nullopt;
}

Maybe Unary(std::string_view operation, const Value& value) {
  if (value.is(Kind::kFloat)) {
    if (operation == "-") return Real(-value.real);
    return operation == "+" ? Maybe(value) : std::nullopt;
  }
  // ~True is deprecated.
  if (!value.is_whole() || (operation == "~" && !value.is(Kind::kInteger))) return std::nullopt;
  if (operation == "-") return BinaryOfWhole("-", Value::Integer(0), value);
  if (operation == "+") return Value::Integer(value.integer);
  return operation == "~" ? Maybe(Value::Integer(~value.integer)) : std::nullopt;
}

Maybe Item(const Value& value, const Value& index) {
  if (value.is(Kind::kDictionary)) {
    if (!IsHashable(index)) return std::nullopt;
    const std::optional<size_t> at = Find(value.items, index, 2);
    if (!at.has_value() || *at == value.items.size()) return std::nullopt;
    return value.items[*at + 1];
  }
  const bool is_text = value.is(Kind::kText);
  if (!index.is_whole() || !(is_text || IsSequence(value) || value.is(Kind::kRange))) return std::nullopt;
  const auto size = static_cast<int64_t>(is_text ? value.text.size() : value.items.size());
  const int64_t place = index.integer < 0 ? index.integer + size : index.integer;
  if (place < 0 || place >= size) return std::nullopt;
  const auto at = static_cast<size_t>(place);
  return is_text ? Value::Text(std::string(1, value.text[at])) : value.items[at];
}

Maybe Slice(const Value& value, const Maybe& from, const Maybe& to) {
  if (!value.is(Kind::kText) && !IsSequence(value)) return std::nullopt;
  for (const Maybe* border : {&from, &to}) {
    if (border->has_value() && !(*border)->is_whole()) return std::nullopt;
  }
  const size_t size = value.is(Kind::kText) ? value.text.size() : value.items.size();
  const size_t begin = from.has_value() ? Place(from->integer, size) : 0;
  const size_t end = std::max(begin, to.has_value() ? Place(to->integer, size) : size);
  Value part;
  part.kind = value.kind;
  if (value.is(Kind::kText)) {
    part.text = value.text.substr(begin, end - begin);
  } else {
    part.items.assign(value.items.begin() + static_cast<ptrdiff_t>(begin),
                      value.items.begin() + static_cast<ptrdiff_t>(end));
  }
  return part;
}

Maybe MakeSet(std::vector<Value> items) {
  if (items.size() > kMostKeys) return std::nullopt;
  Value made = Value::Of(Kind::kSet, {});
  for (Value& item : items) {
    const std::optional<bool> there = Contains(made, item);
    if (!there.has_value()) return std::nullopt;
    if (!*there) made.items.push_back(std::move(item));
  }
  return made;
}

Maybe MakeDictionary(std::vector<Value> entries) {
  if (entries.size() > 2 * kMostKeys) return std::nullopt;
  Value made = Value::Of(Kind::kDictionary, {});
  for (size_t i = 0; i + 1 < entries.size(); i += 2) {
    if (!IsHashable(entries[i])) return std::nullopt;
    const std::optional<size_t> at = Find(made.items, entries[i], 2);
    if (!at.has_value()) return std::nullopt;
    if (*at == made.items.size()) {
      made.items.push_back(std::move(entries[i]));
      made.items.push_back(std::move(entries[i + 1]));
    } else {
      // The first of equal keys stays.
      made.items[*at + 1] = std::move(entries[i + 1]);
    }
  }
  return made;
}

std::optional<std::vector<Value>> Elements(const Value& value) {
  std::vector<Value> elements;
  switch (value.kind) {
    case Kind::kText:
      for (const char character : value.text) elements.push_back(Value::Text(std::string(1, character)));
      return elements;
    case Kind::kDictionary:
      for (size_t i = 0; i < value.items.size(); i += 2) elements.push_back(value.items[i]);
      return elements;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kRange:
      return value.items;
    default:
      return std::nullopt;
  }
}

}  // namespace fastest::constant_tests
