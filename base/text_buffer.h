// Text that grows by many small pieces.
#ifndef FASTEST_BASE_TEXT_BUFFER_H_
#define FASTEST_BASE_TEXT_BUFFER_H_

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fastest {

// Like a std::string, but the compiler inlines its appends: it copies a literal by a few instructions, where each
// append to a std::string is a call into its library. Not thread-safe.
class TextBuffer {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Valid until something is added.
  std::string_view text() const { return {bytes_.data(), size_}; }
  // Keeps the memory.
  void Clear() { size_ = 0; }

  // Inlined even where it seems large: for a literal only a few moves remain.
  [[gnu::always_inline]] void Add(std::string_view text) {
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Add(char c) {
    *Room(1) = c;
    ++size_;
  }
  // Adds the last `kDigits` decimal digits of `number`, with zeros in front.
  template <int kDigits>
  void AddDigits(uint64_t number) {
    char* const begin = Room(kDigits);
    int at = kDigits;
    for (; at >= 2; at -= 2, number /= 100) std::memcpy(begin + at - 2, &kPairs[number % 100 * 2], 2);
    if (at == 1) *begin = static_cast<char>('0' + number % 10);
    size_ += kDigits;
  }
  void AddCount(int64_t count) {
    constexpr size_t kMost = 24;
    char* const begin = Room(kMost);
    size_ += static_cast<size_t>(std::to_chars(begin, begin + kMost, count).ptr - begin);
  }

  // Removes the zeros at the end, as long as more than `least` bytes remain.
  void DropZeros(size_t least) {
    while (size_ > least && bytes_[size_ - 1] == '0') --size_;
  }

  // Where the next piece goes, with room for `bytes`. Call Took with the number of bytes that were written.
  char* Room(size_t bytes) {
    if (bytes_.size() - size_ < bytes) Grow(bytes);
    return bytes_.data() + size_;
  }
  void Took(size_t bytes) { size_ += bytes; }

 private:
  // "00" to "99": two digits at a time halve the divisions.
  static constexpr std::array<char, 200> kPairs = [] {
    std::array<char, 200> pairs{};
    for (size_t i = 0; i < pairs.size(); ++i) {
      pairs[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 2 / 10 : i / 2 % 10));
    }
    return pairs;
  }();

  void Grow(size_t bytes) {
    constexpr size_t kLeast = 1024;
    bytes_.resize(std::max({kLeast, bytes_.size() * 2, size_ + bytes}));
  }

  // Bytes behind size_ mean nothing.
  std::string bytes_;
  size_t size_ = 0;
};

}  // namespace fastest

#endif  // FASTEST_BASE_TEXT_BUFFER_H_
