// Gives equal texts one small number, and keeps each text once: node ids stand in the books, in the queue and in leases, a million of
// them in a large run. Numbers count from 0 and stay valid as long as the table lives. Not thread-safe.
#ifndef FASTEST_BASE_STRING_TABLE_H_
#define FASTEST_BASE_STRING_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace fastest {

class StringTable {
 public:
  StringTable() = default;
  StringTable(const StringTable&) = delete;
  StringTable& operator=(const StringTable&) = delete;

  // The number of `text`, a new one if it was not known.
  uint32_t Intern(absl::string_view text);
  // Only looks.
  std::optional<uint32_t> Find(absl::string_view text) const;
  // Precondition: `number` came from Intern.
  const std::string& operator[](uint32_t number) const { return texts_[number]; }
  size_t size() const { return texts_.size(); }

 private:
  // A deque never moves what it holds: the keys below look into it.
  std::deque<std::string> texts_;
  absl::flat_hash_map<absl::string_view, uint32_t> numbers_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_STRING_TABLE_H_
