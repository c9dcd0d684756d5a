// Gives equal texts one small number, and keeps each text once. A large run has a million node ids, and each of them is
// in the ledger, in the queue and in leases. Numbers count from 0 and stay valid as long as the table. Not thread-safe.
#ifndef FASTEST_BASE_STRING_TABLE_H_
#define FASTEST_BASE_STRING_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace fastest {

class StringTable {
 public:
  StringTable() : numbers_(0, Hash{this}, Equal{this}) {}
  StringTable(const StringTable&) = delete;
  StringTable& operator=(const StringTable&) = delete;

  // The number of `text`; a new one if the text is unknown.
  uint32_t Intern(absl::string_view text);
  // Adds nothing.
  std::optional<uint32_t> Find(absl::string_view text) const;
  // Precondition: `number` came from Intern. The reference stays valid as long as the table.
  const std::string& operator[](uint32_t number) const { return texts_[number]; }
  size_t size() const { return texts_.size(); }

 private:
  // A number stands for its text: each text is kept only once.
  struct Hash {
    using is_transparent = void;
    const StringTable* table;
    size_t operator()(absl::string_view text) const { return absl::Hash<absl::string_view>()(text); }
    size_t operator()(uint32_t number) const { return (*this)(absl::string_view((*table)[number])); }
  };
  struct Equal {
    using is_transparent = void;
    const StringTable* table;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t number, absl::string_view text) const { return (*table)[number] == text; }
  };

  // The last two numbers. A run looks up the same test several times in a row.
  std::array<uint32_t, 2> recent_ = {};
  // A deque does not move its elements.
  std::deque<std::string> texts_;
  absl::flat_hash_set<uint32_t, Hash, Equal> numbers_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_STRING_TABLE_H_
