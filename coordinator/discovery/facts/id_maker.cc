#include "coordinator/discovery/facts/id_maker.h"

#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace fastest::discovery {
namespace {

// For longer texts, pytest 9 takes the name of the argument, and older versions do not.
constexpr size_t kMaxTextLength = 100;

void AppendHex(const char* format, uint32_t value, std::string& out) {
  char buffer[16];
  const int length = snprintf(buffer, sizeof(buffer), format, value);
  out.append(buffer, static_cast<size_t>(length));
}

bool IsPlain(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c == 0x7f || c == '\\') return false;
  }
  return true;
}

// In characters, not bytes.
size_t Length(std::string_view utf8) {
  size_t length = 0;
  for (const char c : utf8) length += (c & 0xc0) != 0x80;
  return length;
}

class Maker {
 public:
  Maker(const std::vector<std::string>& names, bool single, const IdSource& source)
      : names_(names), single_(single), source_(source) {}

  ParameterSets Run(std::vector<Value> sets) {
    result_.count = static_cast<int>(sets.size());
    if (sets.empty()) {
      result_.count = 1;
      Open("the list of parameters is empty");
      return std::move(result_);
    }
    if (source_.kind == IdSource::kList && !source_.ids.empty() && source_.ids.size() != sets.size()) {
      Open("parametrize: not as many ids as parameters");
    }
    for (size_t i = 0; i < sets.size() && result_.open_reason.empty(); ++i) SetId(sets[i], i);
    if (result_.open_reason.empty()) MakeUnique();
    if (!result_.open_reason.empty()) result_.ids.clear();
    return std::move(result_);
  }

 private:
  void Open(std::string_view reason) {
    if (result_.open_reason.empty()) result_.open_reason = reason;
  }

  void SetId(const Value& set, size_t index) {
    std::string id;
    if (set.kind == ValueKind::kUnknown && !single_) return Open("parametrize: a set of parameters is computed");
    const bool is_set = set.kind == ValueKind::kParameterSet;
    result_.marked = result_.marked || set.marked;
    if (is_set ? set.items.size() != names_.size()
               : !single_ && (set.kind != ValueKind::kSequence || set.items.size() != names_.size())) {
      return Open("parametrize: not as many values as names");
    }
    if (is_set && set.id != nullptr) {
      // pytest 7 does not escape these ids.
      if (set.id->kind != ValueKind::kString || !IsPlain(set.id->text)) return Open("pytest.param: the id is computed");
      result_.ids.push_back(set.id->text);
      return;
    }
    if (source_.kind == IdSource::kList && index < source_.ids.size() && source_.ids[index].kind != ValueKind::kNone) {
      if (!FromValue(source_.ids[index], id)) return Open("parametrize: an id is computed");
      result_.ids.push_back(std::move(id));
      return;
    }
    if (source_.kind == IdSource::kUnknown) return Open("parametrize: ids are computed");
    for (size_t i = 0; i < names_.size(); ++i) {
      const Value& value = single_ && !is_set ? set : set.items[i];
      if (i > 0) id += '-';
      if (!ValueId(value, names_[i], index, id))
        return Open(absl::StrCat("parametrize: a value of ", names_[i], " is computed"));
    }
    result_.ids.push_back(std::move(id));
  }

  bool ValueId(const Value& value, const std::string& name, size_t index, std::string& id) {
    if (source_.kind == IdSource::kStr) {
      switch (value.kind) {
        case ValueKind::kString:
        case ValueKind::kInteger:
        case ValueKind::kScalar:
        case ValueKind::kNone:
          return FromValue(value, id);
        default:
          return false;
      }
    }
    if (value.kind == ValueKind::kString && Length(value.text) > kMaxTextLength) return false;
    if (value.kind == ValueKind::kBytes && value.text.size() > kMaxTextLength) return false;
    if (value.kind == ValueKind::kObject || value.kind == ValueKind::kSequence) {
      absl::StrAppend(&id, name, index);
      return true;
    }
    return FromValue(value, id);
  }

  bool FromValue(const Value& value, std::string& id) {
    switch (value.kind) {
      case ValueKind::kString:
      case ValueKind::kPattern:
        result_.escaped = result_.escaped || !IsPlain(value.text);
        id += EscapedText(value.text);
        return true;
      case ValueKind::kBytes:
        // Without escaping, a bytes object would not be text at all.
        result_.escaped = true;
        id += EscapedBytes(value.text);
        return true;
      case ValueKind::kInteger:
      case ValueKind::kScalar:
      case ValueKind::kNone:
      case ValueKind::kNamed:
        id += value.text;
        return true;
      case ValueKind::kUnknown:
      case ValueKind::kSequence:
      case ValueKind::kParameterSet:
      case ValueKind::kObject:
        return false;
    }
    return false;
  }

  // Gives each of several equal ids a number. pytest's versions agree on the result only if the id does not end in a
  // digit and the numbered id is not there already.
  void MakeUnique() {
    absl::flat_hash_map<std::string, int> counts;
    for (const std::string& id : result_.ids) ++counts[id];
    if (counts.size() == result_.ids.size()) return;
    result_.suffixed = true;
    absl::flat_hash_map<std::string, int> next;
    for (std::string& id : result_.ids) {
      if (counts[id] == 1) continue;
      if (id.empty() || (id.back() >= '0' && id.back() <= '9')) return Open("parametrize: equal ids");
      std::string numbered = absl::StrCat(id, next[id]++);
      if (counts.contains(numbered)) return Open("parametrize: equal ids");
      id = std::move(numbered);
    }
  }

  const std::vector<std::string>& names_;
  const bool single_;
  const IdSource& source_;
  ParameterSets result_;
};

}  // namespace

std::string EscapedText(std::string_view utf8) {
  if (IsPlain(utf8)) return std::string(utf8);
  std::string out;
  for (size_t i = 0; i < utf8.size();) {
    const auto byte = [&](size_t k) { return k < utf8.size() ? static_cast<unsigned char>(utf8[k]) : 0u; };
    const unsigned first = byte(i);
    if (first < 0x80) {
      ++i;
      switch (first) {
        case '\\':
          out += "\\\\";
          break;
        case '\t':
          out += "\\t";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        default:
          if (first < 0x20 || first == 0x7f) {
            AppendHex("\\x%02x", first, out);
          } else {
            out += static_cast<char>(first);
          }
      }
      continue;
    }
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    uint32_t character = first & (length == 4 ? 0x07u : length == 3 ? 0x0fu : 0x1fu);
    for (size_t k = 1; k < length; ++k) character = (character << 6) | (byte(i + k) & 0x3fu);
    i += length;
    AppendHex(character <= 0xff ? "\\x%02x" : character <= 0xffff ? "\\u%04x" : "\\U%08x", character, out);
  }
  return out;
}

std::string EscapedBytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte >= 0x7f) {
      AppendHex("\\x%02x", byte, out);
    } else {
      out += c;
    }
  }
  return out;
}

ParameterSets MakeIds(const std::vector<std::string>& names, bool single, std::vector<Value> sets,
                      const IdSource& source) {
  return Maker(names, single, source).Run(std::move(sets));
}

}  // namespace fastest::discovery
