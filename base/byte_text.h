// Names of files and arguments are bytes; messages, ids and reports are texts. One escape joins the two, and both
// directions stand here (docs/adr/0052-one-escape-for-names-that-are-no-text.md).
//
// A byte that belongs to no UTF-8 becomes the character U+10FF00 plus the byte: "test_\xff.py" becomes
// "test_\U0010FFFF.py". These characters are private and at the end of Unicode. A name that really has one of them has
// its bytes escaped, too. So two names never have the same text. Python's side is fastest_runner/wire/byte_text.py:
// there the bytes are the surrogates of `surrogateescape`, as in pytest's node ids.
#ifndef FASTEST_BASE_BYTE_TEXT_H_
#define FASTEST_BASE_BYTE_TEXT_H_

#include <string>
#include <string_view>

namespace fastest {

// The text of a name: valid UTF-8. Most names are texts already.
std::string TextOf(std::string_view bytes);
// The name that TextOf() made this text of. For a text that it did not make: the same as far as possible.
std::string BytesOf(std::string_view text);
// Whether the text stands for a name that is no text.
bool HasEscapes(std::string_view text);
// For people, and one way only: as Python shows such a name ("test_\udcff.py").
std::string ShownText(std::string_view text);

}  // namespace fastest

#endif  // FASTEST_BASE_BYTE_TEXT_H_
