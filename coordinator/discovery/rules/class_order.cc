#include "coordinator/discovery/rules/class_order.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/discovery/facts/standard_library.h"

namespace fastest::discovery {
namespace {

constexpr int kMaxDepth = 50;

using Order = std::vector<ClassPlace>;

// Bases that add neither tests nor constructors.
bool IsHarmlessBase(const std::string& name) {
  return name == "object" || name == "abc.ABC" || name == "typing.Generic";
}

// Finds the order of one class, and notes what else its ancestors mean for it.
class Linearizer {
 public:
  Linearizer(ImportFinder& imports, ClassOrder& result) : imports_(imports), result_(result) {}

  // C3. Nothing if the classes cannot be ordered; Python then refuses the module.
  std::optional<Order> Run(const ClassPlace& place, int depth) {
    std::vector<Order> rows;
    Order direct;
    for (const BaseClass& base : place.type->bases) {
      const std::optional<ClassPlace> parent = PlaceOf(place, base);
      if (!parent.has_value()) continue;
      if (depth >= kMaxDepth) return std::nullopt;
      std::optional<Order> row = Run(*parent, depth + 1);
      if (!row.has_value()) return std::nullopt;
      rows.push_back(*std::move(row));
      direct.push_back(*parent);
    }
    rows.push_back(std::move(direct));
    return Merge(place, std::move(rows));
  }

 private:
  static std::optional<Order> Merge(const ClassPlace& place, std::vector<Order> rows) {
    Order order = {place};
    while (true) {
      rows.erase(std::remove_if(rows.begin(), rows.end(), [](const Order& row) { return row.empty(); }), rows.end());
      if (rows.empty()) return order;
      const auto next = std::find_if(rows.begin(), rows.end(), [&rows](const Order& row) {
        return std::none_of(rows.begin(), rows.end(), [&row](const Order& other) {
          return std::find(other.begin() + 1, other.end(), row.front()) != other.end();
        });
      });
      if (next == rows.end()) return std::nullopt;
      const ClassPlace head = next->front();
      order.push_back(head);
      for (Order& row : rows) {
        if (row.front() == head) row.erase(row.begin());
      }
    }
  }

  std::optional<ClassPlace> PlaceOf(const ClassPlace& place, const BaseClass& base) {
    const auto at = [](const SourceFile* file, int index) {
      return ClassPlace{file, &file->facts->classes[static_cast<size_t>(index)]};
    };
    if (base.local >= 0) return at(place.file, base.local);
    if (IsHarmlessBase(base.name)) return std::nullopt;
    if (IsTestCase(base.name)) {
      result_.is_test_case = true;
      return std::nullopt;
    }
    if (HasConstructor(base.name)) {
      result_.has_constructor = true;
      return std::nullopt;
    }
    const ImportFinder::Found found = imports_.Find(place.file->path, base.name);
    if (found.binding != nullptr && found.binding->kind == BindingKind::kClass)
      return at(found.file, found.binding->index);
    if (result_.unknown_base.empty()) result_.unknown_base = base.name;
    return std::nullopt;
  }

  ImportFinder& imports_;
  ClassOrder& result_;
};

}  // namespace

ClassOrder OrderOf(ImportFinder& imports, const ClassPlace& place) {
  ClassOrder result;
  std::optional<Order> order = Linearizer(imports, result).Run(place, 0);
  if (!order.has_value()) {
    result.types = {place};
    result.open_reason = "its base classes can't be put in order";
    return result;
  }
  result.types = *std::move(order);
  for (const ClassPlace& member : result.types) {
    for (const Binding& binding : member.type->bindings) {
      if (binding.name == "__init__" || binding.name == "__new__") result.has_constructor = true;
    }
    result.has_constructor = result.has_constructor || member.type->has_generated_init;
    if (result.test_flag == TestFlag::kUnset) result.test_flag = member.type->test_flag;
    if (result.open_reason.empty()) result.open_reason = member.type->open_reason;
  }
  return result;
}

}  // namespace fastest::discovery
