#include "coordinator/results/lease_claims.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/test_id.h"

namespace fastest::results {
namespace {

bool Same(const v1::TestRef& a, const v1::TestRef& b) { return a.index() == b.index() && a.node_id() == b.node_id(); }

std::string NotHeld(uint64_t lease_id) {
  return absl::StrCat("it spoke of lease ", lease_id, ", which it does not hold");
}

std::string NotInLease(const char* did, const v1::TestRef& test, uint64_t lease_id) {
  return absl::StrCat("it ", did, " ", test.node_id(), ", which is not in its lease ", lease_id);
}

}  // namespace

void LeaseClaims::Grant(const v1::Lease& lease, int agent, uint32_t slot) {
  Holder& holder = holders_[lease.id()];
  holder.agent = agent;
  holder.slot = slot;
  holder.named.assign(lease.batch().tests().begin(), lease.batch().tests().end());
}

LeaseClaims::Holder* LeaseClaims::Find(int agent, uint32_t slot, uint64_t lease_id) {
  const auto it = holders_.find(lease_id);
  return it != holders_.end() && it->second.agent == agent && it->second.slot == slot ? &it->second : nullptr;
}

std::string LeaseClaims::WhyNot(int agent, uint32_t slot, const v1::WorkerMessage& message) {
  switch (message.message_case()) {
    case v1::WorkerMessage::kProgress:
      return WhyNotProgress(agent, slot, message.progress());
    case v1::WorkerMessage::kCollected: {
      Holder* const holder = Find(agent, slot, message.collected().lease_id());
      return holder == nullptr ? NotHeld(message.collected().lease_id())
                               : WhyNotCollected(*holder, message.collected());
    }
    case v1::WorkerMessage::kLeaseDone: {
      const uint64_t lease_id = message.lease_done().lease_id();
      return Find(agent, slot, lease_id) == nullptr ? NotHeld(lease_id) : "";
    }
    case v1::WorkerMessage::kReturned: {
      const uint64_t lease_id = message.returned().lease_id();
      return Find(agent, slot, lease_id) == nullptr ? NotHeld(lease_id) : "";
    }
    default:
      return "";
  }
}

std::string LeaseClaims::WhyNotCollected(Holder& holder, const v1::WorkerMessage::Collected& collected) const {
  const Lease* const lease = inventory_.Find(collected.lease_id());
  // The first word counts, and this one is dropped.
  if (lease == nullptr || lease->collected) return "";
  if (!holder.named.empty()) {
    std::set<std::pair<std::string, uint32_t>> named;
    for (const v1::TestRef& test : std::exchange(holder.named, {})) named.emplace(test.node_id(), test.index());
    for (const v1::TestRef& test : collected.tests()) {
      if (named.count({test.node_id(), test.index()}) == 0) {
        return NotInLease("collected", test, collected.lease_id());
      }
    }
    return "";
  }
  for (const v1::TestRef& test : collected.tests()) {
    const std::string module(ModuleOf(test.node_id()));
    if (module != lease->module && modules_.count(module) > 0) {
      return NotInLease("collected", test, collected.lease_id());
    }
  }
  return "";
}

std::string LeaseClaims::WhyNotProgress(int agent, uint32_t slot, const v1::WorkerMessage::Progress& progress) {
  for (const v1::TestResult& result : progress.results()) {
    Holder* const holder = Find(agent, slot, result.lease_id());
    if (holder == nullptr) return NotHeld(result.lease_id());
    if (!Holds(*holder, result.lease_id(), result.ref()))
      return NotInLease("reported", result.ref(), result.lease_id());
  }
  for (const v1::WorkerMessage::Passed& passed : progress.passed()) {
    if (Find(agent, slot, passed.lease_id()) == nullptr) return NotHeld(passed.lease_id());
  }
  if (progress.has_started() && Find(agent, slot, progress.started_lease_id()) == nullptr) {
    return NotHeld(progress.started_lease_id());
  }
  return "";
}

bool LeaseClaims::Holds(Holder& holder, uint64_t lease_id, const v1::TestRef& test) const {
  const Lease* const lease = inventory_.Find(lease_id);
  if (lease == nullptr) return false;
  const size_t size = lease->tests.size();
  // Results come in the order of the tests. Where they do not, all tests are looked at, once around.
  for (size_t step = 0; step < size; ++step) {
    const size_t at = (holder.next + step) % size;
    if (!Same(lease->tests[at], test)) continue;
    holder.next = at + 1;
    return true;
  }
  return false;
}

}  // namespace fastest::results
