#include "coordinator/results/inventory.h"

namespace fastest::results {
namespace {

// Room for the tests of one part of a split module in the order of positions.
constexpr int kPartStride = 1 << 20;

}  // namespace

void Inventory::Grant(const v1::Lease& lease) {
  const v1::Batch& batch = lease.batch();
  Lease& granted = leases_[lease.id()];
  granted.module = batch.module();
  granted.part = batch.part();
  granted.split = batch.boundaries_size() > 0;
  granted.rest = batch.tests_size() > 0;
}

const Lease* Inventory::Open(const v1::WorkerMessage::Collected& collected) {
  const auto it = leases_.find(collected.lease_id());
  if (it == leases_.end() || it->second.collected) return nullptr;
  it->second.collected = true;
  it->second.tests.assign(collected.tests().begin(), collected.tests().end());
  return &it->second;
}

const Lease* Inventory::Find(uint64_t id) const {
  const auto it = leases_.find(id);
  return it == leases_.end() ? nullptr : &it->second;
}

void Inventory::Finish(uint64_t id) {
  const auto it = leases_.find(id);
  // Not clear(), which keeps the memory: a run keeps its leases to the end.
  if (it != leases_.end()) it->second.tests = std::vector<v1::TestRef>();
}

void Inventory::List(const v1::TestRef& test) { positions_.emplace(KeyOf(test), known()); }

int Inventory::Add(const Lease& lease, const v1::WorkerMessage::Collected& collected, bool counts_deselected) {
  int position = static_cast<int>(lease.part) * kPartStride;
  for (const v1::TestRef& test : lease.tests) positions_.emplace(KeyOf(test), position++);
  if (lease.part == 0 && counts_deselected) Deselect(static_cast<int>(collected.module_deselected()));
  if (awaited_ > 0) --awaited_;
  const int tests = static_cast<int>(lease.tests.size());
  if (is_part_) return named_of_module_[lease.module] += tests;
  return lease.split ? static_cast<int>(collected.module_selected()) : tests;
}

int Inventory::PositionOf(const v1::TestRef& test) const {
  const auto position = positions_.find(KeyOf(test));
  return position == positions_.end() ? 0 : position->second;
}

bool Inventory::IsWarner(const std::string& module, const std::string& worker) {
  return warner_of_module_.emplace(module, worker).first->second == worker;
}

}  // namespace fastest::results
