// Finds the ends of Python's logical lines. Strings, brackets, comments and backslashes are all that one must know for
// it.
#ifndef FASTEST_COORDINATOR_DISCOVERY_TEXT_TOKEN_SCAN_H_
#define FASTEST_COORDINATOR_DISCOVERY_TEXT_TOKEN_SCAN_H_

#include <cstddef>
#include <string_view>

namespace fastest::discovery {

// A position in a source, and its line. Not thread-safe. Copies are independent.
class TokenScan {
 public:
  // `source` must outlive the scan.
  explicit TokenScan(std::string_view source) : source_(source) {}

  size_t position() const { return position_; }
  void set_position(size_t position) { position_ = position; }
  // From 1.
  int line() const { return line_; }
  bool at_end() const { return position_ >= source_.size(); }
  // The character before the position; 0 at the start.
  char Previous() const { return position_ == 0 ? '\0' : source_[position_ - 1]; }
  // The character at the position; 0 at the end.
  char Peek() const { return at_end() ? '\0' : source_[position_]; }

  // Moves behind the newline that ends the logical line. Returns false if a string or bracket is not closed, or a
  // bracket is closed that was never opened. The position is then undefined.
  bool SkipLogicalLine();

  // Moves to the first character of `stops` outside of strings, comments and brackets that open from here on. With
  // `in_brackets`, a newline is a blank. Otherwise it ends the search. Returns false if none of `stops` comes.
  bool SkipTo(std::string_view stops, bool in_brackets);

  // Moves past blanks and continued lines, and with `in_brackets` also past comments and newlines.
  void SkipBlanks(bool in_brackets);

  // Moves past a name and returns it; empty if there is none here.
  std::string_view TakeName();

  // Moves to the next physical line that holds more than blanks and comments, behind its indentation. Returns the width
  // of the indentation; -1 at the end of the source.
  int NextStatement();

  // Whether the position moved past a `yield` since the last call.
  bool TakeYield();

 private:
  // Moves past a special character, or past what it starts. `depth` counts open brackets.
  bool SkipSpecial(int* depth);
  bool SkipString();
  bool SkipPlainString(char quote, bool triple);
  bool SkipFormattedString(char quote, bool triple, bool raw);
  bool SkipReplacementField(char quote, bool triple);
  bool SkipToEndOfField(char quote, bool triple);
  bool ClosesString(char quote, bool triple) const;
  void SkipComment();

  std::string_view source_;
  size_t position_ = 0;
  int line_ = 1;
  bool yield_ = false;
  // The number of replacement fields of formatted strings around the position.
  int field_depth_ = 0;
};

// Whether Python's names may contain the character (beyond ASCII, all are allowed).
bool IsNameCharacter(char c);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TEXT_TOKEN_SCAN_H_
