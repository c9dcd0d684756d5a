// JSON written piece by piece, for what is written too often to be made a tree of values first.
#ifndef FASTEST_BASE_JSON_TEXT_H_
#define FASTEST_BASE_JSON_TEXT_H_

#include <string_view>

#include "base/text_buffer.h"

namespace fastest {

// Adds `text` as a string of JSON's, quotes included. What is no UTF-8 is replaced.
void AddJsonText(std::string_view text, TextBuffer* json);

// Adds the shortest digits that are read back as the same number. `number` must be finite.
void AddJsonNumber(double number, TextBuffer* json);

}  // namespace fastest

#endif  // FASTEST_BASE_JSON_TEXT_H_
