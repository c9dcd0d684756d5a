// JSON written piece by piece, for text that is written too often to become a tree of values first.
#ifndef FASTEST_BASE_JSON_TEXT_H_
#define FASTEST_BASE_JSON_TEXT_H_

#include <string_view>

#include "base/text_buffer.h"

namespace fastest {

// Adds `text` as a JSON string, quotes included. Bytes that are no UTF-8 are replaced.
void AddJsonText(std::string_view text, TextBuffer* json);

// Adds the shortest digits that are read back as the same number. NaN and infinity, for which JSON has no
// words, become 0.
void AddJsonNumber(double number, TextBuffer* json);

}  // namespace fastest

#endif  // FASTEST_BASE_JSON_TEXT_H_
