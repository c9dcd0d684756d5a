// Text that grows by very many small pieces.
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

// As a string, but with a way to add to it that the compiler sees through: a literal is copied by a few instructions, where each append to a
// std::string is a call into its library. Not thread-safe.
class TextBuffer {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Valid until something is added.
  std::string_view text() const { return {bytes_.data(), size_}; }
  // Keeps its room.
  void Clear() { size_ = 0; }

  // Inlined even where it seems large: of a literal, nothing is left but a few moves.
  [[gnu::always_inline]] void Add(std::string_view text) {
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Add(char c) {
    *Room(1) = c;
    ++size_;
  }
  // The last `kDigits` decimal digits of `number`, zeros in front.
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

  // Takes back the zeros at the end, as long as more than `least` bytes are there.
  void DropZeros(size_t least) {
    while (size_ > least && bytes_[size_ - 1] == '0') --size_;
  }

  // Where the next piece goes, with room for `bytes`; Took tells how many were written.
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

  // More than was added: what comes after size_ means nothing.
  std::string bytes_;
  size_t size_ = 0;
};

}  // namespace fastest

#endif  // FASTEST_BASE_TEXT_BUFFER_H_
