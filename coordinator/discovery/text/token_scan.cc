#include "coordinator/discovery/text/token_scan.h"

#include <array>

namespace fastest::discovery {
namespace {

enum CharacterClass : unsigned char { kPlain = 0, kSpecial = 1, kName = 2, kNameAndSpecial = 3 };

constexpr std::array<unsigned char, 256> MakeClasses() {
  std::array<unsigned char, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool name =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
    classes[c] = name ? kName : kPlain;
  }
  for (const char c : {'"', '\'', '(', ')', '[', ']', '{', '}', '#', '\\', '\n'}) {
    classes[static_cast<unsigned char>(c)] = kSpecial;
  }
  classes['y'] = kNameAndSpecial;
  return classes;
}

constexpr std::array<unsigned char, 256> kClasses = MakeClasses();

unsigned char ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }

constexpr int kMaxDepth = 200;
// Python itself accepts 150 nested formatted strings.
constexpr int kMaxFieldDepth = 150;

}  // namespace

bool IsNameCharacter(char c) { return (ClassOf(c) & kName) != 0; }

bool TokenScan::TakeYield() {
  const bool result = yield_;
  yield_ = false;
  return result;
}

void TokenScan::SkipComment() {
  const size_t end = source_.find('\n', position_);
  position_ = end == std::string_view::npos ? source_.size() : end;
}

bool TokenScan::ClosesString(char quote, bool triple) const {
  if (source_[position_] != quote) return false;
  return !triple ||
         (position_ + 2 < source_.size() && source_[position_ + 1] == quote && source_[position_ + 2] == quote);
}

// The position is on the opening quote. The letters before it are the prefix.
bool TokenScan::SkipString() {
  size_t prefix = position_;
  while (prefix > 0 && position_ - prefix < 3 && IsNameCharacter(source_[prefix - 1])) --prefix;
  bool formatted = false;
  bool raw = false;
  const std::string_view letters = source_.substr(prefix, position_ - prefix);
  if (letters.size() <= 2 && letters.find_first_not_of("rRbBuUfFtT") == std::string_view::npos) {
    formatted = letters.find_first_of("fFtT") != std::string_view::npos;
    raw = letters.find_first_of("rR") != std::string_view::npos;
  }
  const char quote = source_[position_];
  const bool triple = ClosesString(quote, /*triple=*/true);
  position_ += triple ? 3 : 1;
  if (!formatted) return SkipPlainString(quote, triple);
  // Before 3.12, formatted strings were lexed like other strings. If today's rule cannot read a string, the old rule is
  // tried. It is tried only for the outermost string, because a second try at each level would take exponential time.
  if (field_depth_ > 0) return SkipFormattedString(quote, triple, raw);
  const size_t start = position_;
  const int line = line_;
  if (SkipFormattedString(quote, triple, raw)) return true;
  position_ = start;
  line_ = line;
  return SkipPlainString(quote, triple);
}

bool TokenScan::SkipPlainString(char quote, bool triple) {
  for (; position_ < source_.size(); ++position_) {
    const char c = source_[position_];
    if (c == quote) {
      if (ClosesString(quote, triple)) {
        position_ += triple ? 3 : 1;
        return true;
      }
    } else if (c == '\\') {
      if (++position_ < source_.size() && source_[position_] == '\n') ++line_;
    } else if (c == '\n') {
      if (!triple) return false;
      ++line_;
    }
  }
  return false;
}

bool TokenScan::SkipFormattedString(char quote, bool triple, bool raw) {
  while (position_ < source_.size()) {
    const char c = source_[position_];
    if (c == quote && ClosesString(quote, triple)) {
      position_ += triple ? 3 : 1;
      return true;
    }
    if (c == '\\' && position_ + 1 < source_.size()) {
      const char next = source_[position_ + 1];
      if (next == 'N' && !raw && position_ + 2 < source_.size() && source_[position_ + 2] == '{') {
        const size_t end = source_.find('}', position_);
        if (end == std::string_view::npos) return false;
        position_ = end + 1;
        continue;
      }
      // A brace opens a field, even behind a backslash.
      const bool brace = next == '{' || next == '}';
      if (next == '\n') ++line_;
      position_ += brace ? 1 : 2;
      continue;
    }
    if (c == '\n') {
      if (!triple) return false;
      ++line_;
    }
    ++position_;
    if (c != '{') continue;
    if (position_ < source_.size() && source_[position_] == '{') {
      ++position_;
    } else if (!SkipReplacementField(quote, triple)) {
      return false;
    }
  }
  return false;
}

bool TokenScan::SkipReplacementField(char quote, bool triple) {
  if (field_depth_ >= kMaxFieldDepth) return false;
  ++field_depth_;
  const bool closed = SkipToEndOfField(quote, triple);
  --field_depth_;
  return closed;
}

// The position is behind the '{'.
bool TokenScan::SkipToEndOfField(char quote, bool triple) {
  int depth = 0;
  // Between ':' and '}' everything is text, except nested fields.
  bool in_format = false;
  while (position_ < source_.size()) {
    const char c = source_[position_];
    if (c == '}' && depth == 0) {
      ++position_;
      return true;
    }
    if (in_format) {
      if (ClosesString(quote, triple)) return false;
      ++position_;
      if (c == '\n') ++line_;
      if (c == '{' && !SkipReplacementField(quote, triple)) return false;
    } else if (c == ':' && depth == 0) {
      in_format = true;
      ++position_;
    } else if ((ClassOf(c) & kSpecial) == 0) {
      ++position_;
    } else if (!SkipSpecial(&depth) || depth > kMaxDepth) {
      return false;
    }
  }
  return false;
}

bool TokenScan::SkipSpecial(int* depth) {
  const char c = source_[position_];
  switch (c) {
    case '"':
    case '\'':
      return SkipString();
    case '#':
      SkipComment();
      return true;
    case '(':
    case '[':
    case '{':
      ++*depth;
      break;
    case ')':
    case ']':
    case '}':
      if (--*depth < 0) return false;
      break;
    case '\n':
      ++line_;
      break;
    case '\\':
      if (position_ + 1 < source_.size() && source_[position_ + 1] == '\n') {
        ++position_;
        ++line_;
      }
      break;
    case 'y':
      if (source_.compare(position_, 5, "yield") == 0 && (position_ == 0 || !IsNameCharacter(source_[position_ - 1])) &&
          (position_ + 5 >= source_.size() || !IsNameCharacter(source_[position_ + 5]))) {
        yield_ = true;
      }
      break;
    default:
      break;
  }
  ++position_;
  return true;
}

bool TokenScan::SkipLogicalLine() {
  int depth = 0;
  while (true) {
    while (position_ < source_.size() && (ClassOf(source_[position_]) & kSpecial) == 0) ++position_;
    if (position_ >= source_.size()) return depth == 0;
    const bool newline = source_[position_] == '\n';
    if (!SkipSpecial(&depth)) return false;
    if (newline && depth == 0) return true;
  }
}

bool TokenScan::SkipTo(std::string_view stops, bool in_brackets) {
  int depth = 0;
  while (position_ < source_.size()) {
    const char c = source_[position_];
    if (depth == 0 && stops.find(c) != std::string_view::npos) return true;
    if (c == '\n' && depth == 0 && !in_brackets) return false;
    if ((ClassOf(c) & kSpecial) == 0) {
      ++position_;
    } else if (!SkipSpecial(&depth)) {
      return false;
    }
  }
  return false;
}

void TokenScan::SkipBlanks(bool in_brackets) {
  while (position_ < source_.size()) {
    const char c = source_[position_];
    if (c == '\\' && position_ + 1 < source_.size() && source_[position_ + 1] == '\n') {
      ++position_;
    } else if (c == '#' && in_brackets) {
      SkipComment();
      continue;
    } else if (c != ' ' && c != '\t' && c != '\f' && (c != '\n' || !in_brackets)) {
      return;
    }
    if (source_[position_] == '\n') ++line_;
    ++position_;
  }
}

std::string_view TokenScan::TakeName() {
  const size_t start = position_;
  while (position_ < source_.size() && IsNameCharacter(source_[position_])) ++position_;
  return source_.substr(start, position_ - start);
}

int TokenScan::NextStatement() {
  int width = 0;
  for (; position_ < source_.size(); ++position_) {
    switch (source_[position_]) {
      case ' ':
        ++width;
        break;
      case '\t':
        width = (width / 8 + 1) * 8;
        break;
      case '\f':
        width = 0;
        break;
      case '#':
        SkipComment();
        [[fallthrough]];
      case '\n':
        if (position_ >= source_.size()) return -1;
        ++line_;
        width = 0;
        break;
      default:
        return width;
    }
  }
  return -1;
}

}  // namespace fastest::discovery
