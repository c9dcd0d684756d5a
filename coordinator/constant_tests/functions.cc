#include "coordinator/constant_tests/functions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fastest::constant_tests {
namespace {

using Kind = Value::Kind;
using Arguments = std::vector<Value>;

// The elements for a function whose result does not depend on their order. So sets may be iterated over, too.
std::optional<std::vector<Value>> ElementsInAnyOrder(const Value& value) {
  return value.is(Kind::kSet) ? std::optional(value.items) : Elements(value);
}

Maybe Length(const Value& value) {
  if (value.is(Kind::kText)) return Value::Integer(static_cast<int64_t>(value.text.size()));
  if (value.is(Kind::kNone) || value.is_number()) return std::nullopt;
  return Value::Integer(static_cast<int64_t>(value.items.size() / (value.is(Kind::kDictionary) ? 2 : 1)));
}

Maybe Absolute(const Value& value) {
  if (value.is(Kind::kFloat)) return value.real < 0 ? Unary("-", value) : Maybe(value);
  if (!value.is_whole()) return std::nullopt;
  return value.integer < 0 ? Unary("-", value) : Maybe(Value::Integer(value.integer));
}

// Only for integers: how floats are added depends on Python's version.
Maybe Sum(const Arguments& arguments) {
  if (arguments.size() > 2) return std::nullopt;
  const std::optional<std::vector<Value>> items = ElementsInAnyOrder(arguments[0]);
  Maybe sum = arguments.size() == 2 ? arguments[1] : Value::Integer(0);
  if (!items.has_value() || !sum->is_whole()) return std::nullopt;
  for (const Value& item : *items) {
    if (!item.is_whole()) return std::nullopt;
    sum = Binary("+", *sum, item);
    if (!sum.has_value()) return std::nullopt;
  }
  return sum;
}

// min() and max(). Among equal values the first counts.
Maybe Extreme(const Arguments& arguments, bool greatest) {
  const std::optional<std::vector<Value>> items =
      arguments.size() == 1 ? ElementsInAnyOrder(arguments[0]) : std::optional(arguments);
  if (!items.has_value() || items->empty()) return std::nullopt;
  // A set has no order, so chance decides between values that are equal and differ (tuples of 1 and True).
  if (arguments.size() == 1 && arguments[0].is(Kind::kSet) && items->front().is(Kind::kTuple)) return std::nullopt;
  const Value* found = &items->front();
  for (size_t i = 1; i < items->size(); ++i) {
    const Value& item = (*items)[i];
    const std::optional<bool> better = greatest ? Less(*found, item) : Less(item, *found);
    if (!better.has_value()) return std::nullopt;
    if (*better) found = &item;
  }
  return *found;
}

// Only for integers alone or texts alone, so that any two can be compared.
Maybe Sorted(const Value& value) {
  std::optional<std::vector<Value>> items = ElementsInAnyOrder(value);
  if (!items.has_value()) return std::nullopt;
  const bool is_of_text = !items->empty() && items->front().is(Kind::kText);
  for (const Value& item : *items) {
    if (is_of_text ? !item.is(Kind::kText) : !item.is_whole()) return std::nullopt;
  }
  std::stable_sort(items->begin(), items->end(), [](const Value& a, const Value& b) { return Less(a, b) == true; });
  return Value::Of(Kind::kList, *std::move(items));
}

Maybe AnyOrAll(const Value& value, bool any) {
  const std::optional<std::vector<Value>> items = ElementsInAnyOrder(value);
  if (!items.has_value()) return std::nullopt;
  for (const Value& item : *items) {
    if (Truth(item) == any) return Value::Bool(any);
  }
  return Value::Bool(!any);
}

Maybe ToInteger(const Value& value) {
  if (value.is_whole()) return Value::Integer(value.integer);
  if (value.is(Kind::kFloat)) {
    if (std::abs(value.real) > 9e15) return std::nullopt;
    return Value::Integer(static_cast<int64_t>(value.real));
  }
  if (!value.is(Kind::kText)) return std::nullopt;
  const bool is_negative = absl::StartsWith(value.text, "-");
  const std::string digits = value.text.substr(is_negative ? 1 : 0);
  int64_t number;
  const bool are_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  if (!are_digits || !absl::SimpleAtoi(digits, &number)) return std::nullopt;
  return Value::Integer(is_negative ? -number : number);
}

Maybe ToFloat(const Value& value) {
  return value.is_number() ? Binary("*", value, *Binary("/", Value::Integer(1), Value::Integer(1))) : std::nullopt;
}

Maybe ToText(const Value& value) {
  switch (value.kind) {
    case Kind::kText:
      return value;
    case Kind::kNone:
      return Value::Text("None");
    case Kind::kBool:
      return Value::Text(value.integer != 0 ? "True" : "False");
    case Kind::kInteger:
      return Value::Text(absl::StrCat(value.integer));
    default:
      return std::nullopt;
  }
}

Maybe ToSequence(const Arguments& arguments, Kind kind) {
  if (arguments.empty()) return Value::Of(kind, {});
  std::optional<std::vector<Value>> items =
      kind == Kind::kSet ? ElementsInAnyOrder(arguments[0]) : Elements(arguments[0]);
  if (!items.has_value()) return std::nullopt;
  if (kind == Kind::kSet) {
    return std::all_of(items->begin(), items->end(), IsHashable) ? MakeSet(*std::move(items)) : std::nullopt;
  }
  return Value::Of(kind, *std::move(items));
}

Maybe Range(const Arguments& arguments) {
  if (arguments.empty() || arguments.size() > 3) return std::nullopt;
  for (const Value& argument : arguments) {
    if (!argument.is_whole() || std::abs(argument.integer) > 1'000'000) return std::nullopt;
  }
  const int64_t begin = arguments.size() == 1 ? 0 : arguments[0].integer;
  const int64_t end = arguments.size() == 1 ? arguments[0].integer : arguments[1].integer;
  const int64_t step = arguments.size() == 3 ? arguments[2].integer : 1;
  if (step == 0) return std::nullopt;
  std::vector<Value> items;
  for (int64_t value = begin; step > 0 ? value < end : value > end; value += step) {
    if (items.size() == kMostWeight) return std::nullopt;
    items.push_back(Value::Integer(value));
  }
  return Value::Of(Kind::kRange, std::move(items));
}

// Methods of texts.

constexpr std::string_view kSpaces = " \t\n\r\v\f\x1c\x1d\x1e\x1f";

std::string Strip(std::string_view text, std::string_view characters, bool left, bool right) {
  const size_t begin = left ? text.find_first_not_of(characters) : 0;
  if (begin == std::string_view::npos) return "";
  const size_t last = right ? text.find_last_not_of(characters) : text.size() - 1;
  if (last == std::string_view::npos) return "";
  return text.empty() ? "" : std::string(text.substr(begin, last - begin + 1));
}

Value Split(std::string_view text, std::optional<std::string_view> separator) {
  std::vector<Value> parts;
  if (separator.has_value()) {
    while (true) {
      const size_t at = text.find(*separator);
      parts.push_back(Value::Text(std::string(text.substr(0, at))));
      if (at == std::string_view::npos) break;
      text.remove_prefix(at + separator->size());
    }
  } else {
    for (size_t begin = text.find_first_not_of(kSpaces); begin != std::string_view::npos;) {
      const size_t end = std::min(text.find_first_of(kSpaces, begin), text.size());
      parts.push_back(Value::Text(std::string(text.substr(begin, end - begin))));
      begin = text.find_first_not_of(kSpaces, end);
    }
  }
  return Value::Of(Kind::kList, std::move(parts));
}

Maybe Replace(const std::string& text, const std::string& from, const std::string& to) {
  if (from.empty()) return std::nullopt;
  std::string replaced;
  size_t begin = 0;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, begin)) {
    replaced.append(text, begin, at - begin).append(to);
    if (replaced.size() > kMostWeight) return std::nullopt;
    begin = at + from.size();
  }
  return Value::Text(replaced.append(text, begin));
}

Maybe Join(const std::string& text, const Value& parts) {
  const std::optional<std::vector<Value>> items = Elements(parts);
  if (!items.has_value()) return std::nullopt;
  std::string joined;
  for (size_t i = 0; i < items->size(); ++i) {
    if (!(*items)[i].is(Kind::kText)) return std::nullopt;
    absl::StrAppend(&joined, i == 0 ? "" : text, (*items)[i].text);
    if (joined.size() > kMostWeight) return std::nullopt;
  }
  return Value::Text(std::move(joined));
}

int64_t CountOf(std::string_view text, std::string_view part) {
  int64_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

bool AllAre(const std::string& text, bool (*is)(unsigned char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

// isupper() and islower(): there is a letter, and none of the other case.
bool HasOnlyCase(const std::string& text, bool (*wanted)(unsigned char), bool (*other)(unsigned char)) {
  return std::any_of(text.begin(), text.end(), wanted) && std::none_of(text.begin(), text.end(), other);
}

std::string Title(std::string text) {
  bool in_word = false;
  for (char& character : text) {
    character = in_word ? absl::ascii_tolower(character) : absl::ascii_toupper(character);
    in_word = absl::ascii_isalpha(character);
  }
  return text;
}

std::string Capitalize(const std::string& text) {
  std::string changed = absl::AsciiStrToLower(text);
  if (!changed.empty()) changed[0] = absl::ascii_toupper(changed[0]);
  return changed;
}

Maybe TextMethodWithout(const std::string& text, std::string_view name) {
  if (name == "upper") return Value::Text(absl::AsciiStrToUpper(text));
  if (name == "lower") return Value::Text(absl::AsciiStrToLower(text));
  if (name == "title") return Value::Text(Title(text));
  if (name == "capitalize") return Value::Text(Capitalize(text));
  if (name == "strip") return Value::Text(Strip(text, kSpaces, true, true));
  if (name == "lstrip") return Value::Text(Strip(text, kSpaces, true, false));
  if (name == "rstrip") return Value::Text(Strip(text, kSpaces, false, true));
  if (name == "split") return Split(text, std::nullopt);
  if (name == "isdigit") return Value::Bool(AllAre(text, absl::ascii_isdigit));
  if (name == "isalpha") return Value::Bool(AllAre(text, absl::ascii_isalpha));
  if (name == "isalnum") return Value::Bool(AllAre(text, absl::ascii_isalnum));
  if (name == "isupper") return Value::Bool(HasOnlyCase(text, absl::ascii_isupper, absl::ascii_islower));
  if (name == "islower") return Value::Bool(HasOnlyCase(text, absl::ascii_islower, absl::ascii_isupper));
  return std::nullopt;
}

Maybe TextMethodWith(const std::string& text, std::string_view name, const Value& argument) {
  if (name == "join") return Join(text, argument);
  if (!argument.is(Kind::kText)) return std::nullopt;
  const std::string& part = argument.text;
  if (name == "startswith") return Value::Bool(absl::StartsWith(text, part));
  if (name == "endswith") return Value::Bool(absl::EndsWith(text, part));
  if (part.empty()) return std::nullopt;
  if (name == "strip") return Value::Text(Strip(text, part, true, true));
  if (name == "lstrip") return Value::Text(Strip(text, part, true, false));
  if (name == "rstrip") return Value::Text(Strip(text, part, false, true));
  if (name == "split") return Split(text, part);
  if (name == "count") return Value::Integer(CountOf(text, part));
  const size_t at = text.find(part);
  if (name == "find") return Value::Integer(at == std::string::npos ? -1 : static_cast<int64_t>(at));
  if (name == "index" && at != std::string::npos) return Value::Integer(static_cast<int64_t>(at));
  return std::nullopt;
}

Maybe TextMethod(const std::string& text, std::string_view name, const Arguments& arguments) {
  if (arguments.empty()) return TextMethodWithout(text, name);
  if (arguments.size() == 1) return TextMethodWith(text, name, arguments[0]);
  const bool replaces = name == "replace" && arguments.size() == 2;
  if (!replaces || !arguments[0].is(Kind::kText) || !arguments[1].is(Kind::kText)) return std::nullopt;
  return Replace(text, arguments[0].text, arguments[1].text);
}

// count() and index() of lists and tuples.
Maybe SequenceMethod(const Value& self, std::string_view name, const Arguments& arguments) {
  if (arguments.size() != 1) return std::nullopt;
  int64_t count = 0;
  for (size_t i = 0; i < self.items.size(); ++i) {
    const std::optional<bool> same = Equal(self.items[i], arguments[0]);
    if (!same.has_value()) return std::nullopt;
    if (*same && name == "index") return Value::Integer(static_cast<int64_t>(i));
    if (*same) ++count;
  }
  return name == "count" ? Maybe(Value::Integer(count)) : std::nullopt;
}

Maybe Get(const Value& dictionary, const Arguments& arguments) {
  if (arguments.empty() || arguments.size() > 2) return std::nullopt;
  const std::optional<bool> there = Contains(dictionary, arguments[0]);
  if (!there.has_value()) return std::nullopt;
  if (*there) return Item(dictionary, arguments[0]);
  return arguments.size() == 2 ? arguments[1] : Value();
}

constexpr std::string_view kFunctions[] = {"abs", "all", "any",   "bool", "float",  "int", "len", "list",
                                           "max", "min", "range", "set",  "sorted", "str", "sum", "tuple"};

}  // namespace

bool IsFunction(std::string_view name) {
  return std::find(std::begin(kFunctions), std::end(kFunctions), name) != std::end(kFunctions);
}

Maybe CallFunction(std::string_view name, const Arguments& arguments) {
  if (name == "range") return Range(arguments);
  if (arguments.size() <= 1) {
    if (name == "list") return ToSequence(arguments, Kind::kList);
    if (name == "tuple") return ToSequence(arguments, Kind::kTuple);
    if (name == "set") return ToSequence(arguments, Kind::kSet);
  }
  if (arguments.empty()) return std::nullopt;
  if (name == "sum") return Sum(arguments);
  if (name == "min") return Extreme(arguments, /*greatest=*/false);
  if (name == "max") return Extreme(arguments, /*greatest=*/true);
  if (arguments.size() > 1) return std::nullopt;
  const Value& value = arguments[0];
  if (name == "len") return Length(value);
  if (name == "abs") return Absolute(value);
  if (name == "sorted") return Sorted(value);
  if (name == "any") return AnyOrAll(value, /*any=*/true);
  if (name == "all") return AnyOrAll(value, /*any=*/false);
  if (name == "bool") return Value::Bool(Truth(value));
  if (name == "int") return ToInteger(value);
  if (name == "float") return ToFloat(value);
  if (name == "str") return ToText(value);
  return std::nullopt;
}

Maybe CallMethod(const Value& self, std::string_view name, const Arguments& arguments) {
  switch (self.kind) {
    case Kind::kText:
      return TextMethod(self.text, name, arguments);
    case Kind::kList:
    case Kind::kTuple:
      return name == "count" || name == "index" ? SequenceMethod(self, name, arguments) : std::nullopt;
    case Kind::kDictionary:
      return name == "get" ? Get(self, arguments) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace fastest::constant_tests
