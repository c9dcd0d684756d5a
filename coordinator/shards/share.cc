#include "coordinator/shards/share.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "proto/test_id.h"

namespace fastest::shards {

bool Share::CountsDeselected(const std::string& module) const {
  if (module.empty()) return shard_ <= 1;
  return shard_ == 0 || plan_.ShardOf(module, 0) == shard_;
}

std::vector<plan::ModuleEstimate> Share::Select(const std::vector<plan::ModuleEstimate>& modules) const {
  std::vector<plan::ModuleEstimate> chosen;
  for (const plan::ModuleEstimate& module : modules) {
    if (settled_.modules.count(module.node_id) > 0) continue;
    std::vector<uint32_t> parts;
    if (shard_ > 0) {
      const std::vector<std::string>& boundaries = plan_.Boundaries(module.node_id);
      for (size_t part = 0; part <= boundaries.size(); ++part) {
        if (plan_.ShardOf(module.node_id, part) == shard_) parts.push_back(static_cast<uint32_t>(part));
      }
      if (parts.empty()) continue;
    }
    plan::ModuleEstimate& mine = chosen.emplace_back(module);
    if (shard_ > 0) mine.boundaries = plan_.Boundaries(module.node_id);
    if (!mine.boundaries.empty()) mine.parts = std::move(parts);
    if (const auto settled = settled_.tests.find(module.node_id); settled != settled_.tests.end()) {
      // An estimate knows no indices; of tests that share an id it may keep one too few.
      const auto is_settled = [&](const plan::TestEstimate& test) {
        return settled->second.count({test.node_id, 0}) > 0;
      };
      mine.tests.erase(std::remove_if(mine.tests.begin(), mine.tests.end(), is_settled), mine.tests.end());
    }
  }
  return chosen;
}

void Share::Except(v1::Batch* batch) const {
  const auto settled = settled_.tests.find(batch->module());
  if (settled == settled_.tests.end()) return;
  for (const TestId& test : settled->second) *batch->add_except() = test.ref();
}

bool Share::AllSettled(const std::string& module, const std::string& node_id, uint32_t count) const {
  const auto settled = settled_.tests.find(module);
  if (settled == settled_.tests.end()) return false;
  for (uint32_t index = 0; index < count; ++index) {
    if (settled->second.count({node_id, index}) == 0) return false;
  }
  return true;
}

v1::Collection Share::Select(const v1::Collection& collection) const {
  if (everything()) return collection;
  // The cuts of each module that has some, by the rule of v1::Batch: places among the module's own tests.
  absl::flat_hash_map<std::string, std::vector<int>> cuts;
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, int>> places;
  absl::flat_hash_map<std::string, int> sizes;
  absl::flat_hash_map<std::string, uint32_t> times;
  for (const v1::CollectedTest& test : collection.tests()) {
    ++times[test.node_id()];
    places[test.module()].try_emplace(test.node_id(), sizes[test.module()]++);
  }
  for (const auto& [module, size] : sizes) {
    int last = 0;
    for (const std::string& boundary : plan_.Boundaries(module)) {
      const auto place = places[module].find(boundary);
      if (place != places[module].end()) last = std::max(last, place->second);
      cuts[module].push_back(last);
    }
  }
  v1::Collection mine = collection;
  mine.clear_tests();
  if (!CountsDeselected("")) mine.clear_deselected();
  absl::flat_hash_map<std::string, int> shard_of_group;
  for (const v1::CollectedTest& test : collection.tests()) {
    if (shard_ > 0) {
      // Tests that share an id are counted through, so they stay together: where the first of them is.
      const int place = places[test.module()][test.node_id()];
      const std::vector<int>& at = cuts[test.module()];
      const auto part = static_cast<size_t>(std::upper_bound(at.begin(), at.end(), place) - at.begin());
      int shard = plan_.ShardOf(test.module(), part);
      if (!test.group().empty()) shard = shard_of_group.try_emplace(test.group(), shard).first->second;
      if (shard != shard_) continue;
    }
    // Readers count tests that share an id, so they are here all or none.
    if (!AllSettled(test.module(), test.node_id(), times[test.node_id()])) *mine.add_tests() = test;
  }
  return mine;
}

}  // namespace fastest::shards
