// The text of a Python file as the interpreter sees it: UTF-8, without a byte order mark, with lines that end in '\n'.
#ifndef FASTEST_COORDINATOR_DISCOVERY_TEXT_SOURCE_TEXT_H_
#define FASTEST_COORDINATOR_DISCOVERY_TEXT_SOURCE_TEXT_H_

#include <string>
#include <string_view>

namespace fastest::discovery {

struct SourceText {
  // Points into the given bytes, or into `storage` if they had to be changed.
  std::string_view text;
  std::string storage;
  // Why Python would refuse the file, or why we cannot read it: "not UTF-8", "encoding 'koi8-r'". Empty if all is well.
  std::string problem;
};

// Reads UTF-8, and Latin-1 if a coding line declares it. Other encodings are a problem unless all is ASCII. `bytes`
// must outlive the result.
SourceText ReadSource(std::string_view bytes);

// Whether `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

// Appends a code point as UTF-8. Surrogates are written like any other three-byte character.
void AppendUtf8(char32_t character, std::string& text);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TEXT_SOURCE_TEXT_H_
