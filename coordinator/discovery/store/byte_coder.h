// Writes and reads a plain binary form: numbers in as few bytes as they need, texts and lists behind their lengths.
#ifndef FASTEST_COORDINATOR_DISCOVERY_STORE_BYTE_CODER_H_
#define FASTEST_COORDINATOR_DISCOVERY_STORE_BYTE_CODER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fastest::discovery {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void Number(uint64_t value) {
    while (value >= 0x80) {
      out_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    out_ += static_cast<char>(value);
  }
  void Signed(int64_t value) { Number((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63)); }
  void Text(std::string_view text) {
    Number(text.size());
    out_.append(text);
  }

 private:
  std::string& out_;
};

// Reads what ByteWriter wrote. After the first impossible byte, everything is 0 and empty, and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == end_; }

  uint64_t Number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  int64_t Signed() {
    const uint64_t value = Number();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  std::string_view Text() {
    const uint64_t size = Number();
    if (size > static_cast<uint64_t>(end_ - at_)) {
      Fail();
      return "";
    }
    const std::string_view text(at_, static_cast<size_t>(size));
    at_ += size;
    return text;
  }
  // The length of a list. Each element takes at least a byte, so damage cannot make the length huge.
  size_t Length() {
    const uint64_t length = Number();
    return length > static_cast<uint64_t>(end_ - at_) ? static_cast<size_t>(Fail()) : static_cast<size_t>(length);
  }

 private:
  uint64_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_STORE_BYTE_CODER_H_
