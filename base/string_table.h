// Gives equal texts one small number, and keeps each text once: node ids stand in the books, in the queue and in leases, a million of
// them in a large run. Numbers count from 0 and stay valid as long as the table lives. Not thread-safe.
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

  // The number of `text`, a new one if it was not known.
  uint32_t Intern(absl::string_view text);
  // Only looks.
  std::optional<uint32_t> Find(absl::string_view text) const;
  // Precondition: `number` came from Intern. The reference stays valid, too.
  const std::string& operator[](uint32_t number) const { return texts_[number]; }
  size_t size() const { return texts_.size(); }

 private:
  // A number stands for its text, so that the texts need not be there twice.
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

  // A run speaks of the same test several times in a row, to several who look it up here: the numbers that were asked for last.
  std::array<uint32_t, 2> recent_ = {};
  // A deque never moves what it holds.
  std::deque<std::string> texts_;
  absl::flat_hash_set<uint32_t, Hash, Equal> numbers_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_STRING_TABLE_H_
