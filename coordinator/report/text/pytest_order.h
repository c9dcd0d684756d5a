// The order in which pytest would have run the tests. Results arrive in another order, and reports should not differ
// from run to run.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_PYTEST_ORDER_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_PYTEST_ORDER_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace fastest::report {

class PytestOrder {
 public:
  // `node_ids` is RunSummary.module_order: node ids of files, or of tests if they are known.
  explicit PytestOrder(const std::vector<std::string>& node_ids);

  // The place of a test or a file. What the order does not know comes last.
  size_t Of(std::string_view node_id) const;

  // Sorts `items` by the node ids that `node_id` takes from them. Equal items keep their order.
  template <typename Item, typename NodeId>
  void Sort(std::vector<Item>& items, NodeId node_id) const {
    // Each place is looked up once. Items of the same place stay in the order in which they came.
    std::vector<std::pair<size_t, size_t>> order;
    order.reserve(items.size());
    for (const Item& item : items) order.emplace_back(Of(node_id(item)), order.size());
    if (std::is_sorted(order.begin(), order.end())) return;
    std::sort(order.begin(), order.end());
    std::vector<Item> sorted;
    sorted.reserve(items.size());
    for (const auto& [place, index] : order) sorted.push_back(std::move(items[index]));
    items = std::move(sorted);
  }

 private:
  absl::flat_hash_map<std::string, size_t> places_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_PYTEST_ORDER_H_
