#include "base/string_table.h"

namespace fastest {

uint32_t StringTable::Intern(absl::string_view text) {
  for (const uint32_t number : recent_) {
    if (number < texts_.size() && texts_[number] == text) return number;
  }
  const auto found = numbers_.find(text);
  const uint32_t number = found != numbers_.end() ? *found : static_cast<uint32_t>(texts_.size());
  if (found == numbers_.end()) {
    texts_.emplace_back(text);
    numbers_.insert(number);
  }
  recent_ = {number, recent_[0]};
  return number;
}

std::optional<uint32_t> StringTable::Find(absl::string_view text) const {
  const auto found = numbers_.find(text);
  if (found == numbers_.end()) return std::nullopt;
  return *found;
}

}  // namespace fastest
