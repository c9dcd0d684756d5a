#include "coordinator/discovery/class_order.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/discovery/standard_library.h"

namespace fastest::discovery {
namespace {

constexpr int kMaxDepth = 50;

// C3, over the classes of the file alone. Nothing if the classes can't be ordered; Python then refuses the module.
std::optional<std::vector<const Class*>> Linearize(const File& file, const Class& type, int depth) {
  std::vector<std::vector<const Class*>> rows;
  std::vector<const Class*> direct;
  for (const BaseClass& base : type.bases) {
    if (base.local < 0) continue;
    if (depth >= kMaxDepth) return std::nullopt;
    const Class& parent = file.classes[static_cast<size_t>(base.local)];
    std::optional<std::vector<const Class*>> row = Linearize(file, parent, depth + 1);
    if (!row.has_value()) return std::nullopt;
    rows.push_back(*std::move(row));
    direct.push_back(&parent);
  }
  rows.push_back(std::move(direct));
  std::vector<const Class*> order = {&type};
  while (true) {
    const Class* next = nullptr;
    bool any = false;
    for (const std::vector<const Class*>& row : rows) {
      if (row.empty()) continue;
      any = true;
      const bool in_tail = std::any_of(rows.begin(), rows.end(), [&](const std::vector<const Class*>& other) {
        return !other.empty() && std::find(other.begin() + 1, other.end(), row.front()) != other.end();
      });
      if (!in_tail) {
        next = row.front();
        break;
      }
    }
    if (!any) return order;
    if (next == nullptr) return std::nullopt;
    order.push_back(next);
    for (std::vector<const Class*>& row : rows) {
      if (!row.empty() && row.front() == next) row.erase(row.begin());
    }
  }
}

// Bases that bring neither tests nor constructors.
bool IsHarmlessBase(const std::string& name) {
  return name == "object" || name == "abc.ABC" || name == "typing.Generic";
}

}  // namespace

ClassOrder OrderOf(const File& file, const Class& type) {
  ClassOrder result;
  std::optional<std::vector<const Class*>> order = Linearize(file, type, 0);
  if (!order.has_value()) {
    result.types = {&type};
    result.open_reason = "its base classes can't be put in order";
    return result;
  }
  result.types = *std::move(order);
  for (const Class* const member : result.types) {
    for (const BaseClass& base : member->bases) {
      if (base.local >= 0 || IsHarmlessBase(base.name)) continue;
      if (IsTestCase(base.name)) {
        result.is_test_case = true;
      } else if (HasConstructor(base.name)) {
        result.has_constructor = true;
      } else if (result.unknown_base.empty()) {
        result.unknown_base = base.name;
      }
    }
    for (const Binding& binding : member->bindings) {
      if (binding.name == "__init__" || binding.name == "__new__") result.has_constructor = true;
    }
    result.has_constructor = result.has_constructor || member->has_generated_init;
    if (result.test_flag == TestFlag::kUnset) result.test_flag = member->test_flag;
    if (result.open_reason.empty()) result.open_reason = member->open_reason;
  }
  return result;
}

}  // namespace fastest::discovery
