#include "coordinator/discovery/text/source_text.h"

#include <cctype>
#include <cstdint>
#include <cstring>
#include <utility>

namespace fastest::discovery {
namespace {

bool IsAscii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if ((text[i] & 0x80) != 0) return false;
  }
  return true;
}

// PEP 263: the encoding that a comment on the first line names, or on the second line if the first holds only a
// comment. In lower case, with '-' for '_'. Empty if none is named.
std::string DeclaredEncoding(std::string_view text) {
  for (int line = 0; line < 2 && !text.empty(); ++line) {
    const size_t end = text.find_first_of("\r\n");
    const std::string_view row = text.substr(0, end);
    const size_t first = row.find_first_not_of(" \t\f");
    if (first != std::string_view::npos && row[first] != '#') return "";
    if (first != std::string_view::npos) {
      for (size_t at = row.find("coding"); at != std::string_view::npos; at = row.find("coding", at + 1)) {
        size_t i = at + 6;
        if (i >= row.size() || (row[i] != ':' && row[i] != '=')) continue;
        ++i;
        while (i < row.size() && (row[i] == ' ' || row[i] == '\t')) ++i;
        std::string name;
        for (; i < row.size() &&
               (isalnum(static_cast<unsigned char>(row[i])) || row[i] == '-' || row[i] == '_' || row[i] == '.');
             ++i) {
          name += row[i] == '_' ? '-' : static_cast<char>(tolower(static_cast<unsigned char>(row[i])));
        }
        if (!name.empty()) return name;
      }
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return "";
}

bool StartsWithEncoding(const std::string& name, std::string_view prefix) {
  return name == prefix || name.compare(0, prefix.size() + 1, std::string(prefix) + "-") == 0;
}

}  // namespace

void AppendUtf8(char32_t character, std::string& text) {
  const auto put = [&text](uint32_t byte) { text += static_cast<char>(byte); };
  const uint32_t c = character;
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

bool IsUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto at = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned char first = at(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((at(i + k) & 0xc0) != 0x80) return false;
    }
    const unsigned char second = at(i + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

SourceText ReadSource(std::string_view bytes) {
  SourceText source;
  const bool has_mark = bytes.substr(0, 3) == "\xef\xbb\xbf";
  if (has_mark) bytes.remove_prefix(3);
  source.text = bytes;
  if (bytes.find('\0') != std::string_view::npos) {
    source.problem = "the file contains null bytes";
    return source;
  }
  if (!IsAscii(bytes)) {
    const std::string encoding = has_mark ? "" : DeclaredEncoding(bytes);
    if (encoding == "latin-1" || encoding == "latin1" || StartsWithEncoding(encoding, "iso-8859-1") ||
        StartsWithEncoding(encoding, "iso-latin-1")) {
      for (const char c : bytes) AppendUtf8(static_cast<unsigned char>(c), source.storage);
      source.text = source.storage;
    } else if (!encoding.empty() && encoding != "utf8" && !StartsWithEncoding(encoding, "utf-8")) {
      source.problem = "the file's encoding is " + encoding;
      return source;
    } else if (!IsUtf8(bytes)) {
      source.problem = "the file is not UTF-8";
      return source;
    }
  }
  if (source.text.find('\r') != std::string_view::npos) {
    std::string plain;
    plain.reserve(source.text.size());
    for (size_t i = 0; i < source.text.size(); ++i) {
      if (source.text[i] != '\r') {
        plain += source.text[i];
      } else {
        plain += '\n';
        if (i + 1 < source.text.size() && source.text[i + 1] == '\n') ++i;
      }
    }
    source.storage = std::move(plain);
    source.text = source.storage;
  }
  return source;
}

}  // namespace fastest::discovery
