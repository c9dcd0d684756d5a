// Measures the cost of dispatch queue and ledger for each test of a large run, in one thread. Every test is collected,
// started, reported and counted, and all agents are busy to the end. Prints tests per second, and the bytes that are
// held for each test after the last result.
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/string_table.h"
#include "benchmark/benchmark.h"
#include "coordinator/dispatch/dispatch_queue.h"
#include "coordinator/results/ledger.h"

namespace fastest {
namespace {

constexpr int kTestsPerModule = 100;
constexpr int kSlotsPerAgent = 4;

size_t HeapBytes() { return mallinfo2().uordblks; }

std::string ModuleName(int module) {
  return absl::StrCat("tests/package_", module / 100, "/test_module_", module, ".py");
}

// A worker with its leases. It takes one step at a time.
struct Worker {
  dispatch::SlotKey slot;
  std::deque<v1::Lease> leases;
  v1::WorkerMessage::Collected collected;
  int next = 0;
  bool busy = false;
};

class Farm {
 public:
  Farm(int agents, int tests) : queue_(dispatch::DispatchQueue::Options(), names_), ledger_(names_) {
    for (int module = 0; module < tests / kTestsPerModule; ++module) {
      v1::Batch batch;
      batch.set_module(ModuleName(module));
      queue_.Add(batch, dispatch::Cost{kTestsPerModule * 0.01, 0.1});
    }
    queue_.Seal();
    workers_.resize(static_cast<size_t>(agents) * kSlotsPerAgent);
    for (size_t i = 0; i < workers_.size(); ++i) {
      workers_[i].slot = {static_cast<int>(i) / kSlotsPerAgent, static_cast<uint32_t>(i % kSlotsPerAgent)};
      queue_.SlotAdded(workers_[i].slot);
      queue_.SlotReady(workers_[i].slot);
    }
  }

  // Runs until no worker has a lease. Returns how many results were counted.
  int64_t Run() {
    int64_t counted = 0;
    Obey();
    for (bool any = true; any;) {
      any = false;
      for (Worker& worker : workers_) {
        if (!worker.busy && worker.leases.empty()) continue;
        any = true;
        counted += Step(&worker);
        Obey();
      }
    }
    return counted;
  }

  const results::Ledger& ledger() const { return ledger_; }

 private:
  int Step(Worker* worker) {
    if (!worker->busy) {
      Collect(worker);
      return 0;
    }
    v1::TestResult result;
    result.set_lease_id(worker->leases.front().id());
    *result.mutable_ref() = worker->collected.tests(worker->next);
    result.set_outcome(v1::PASSED);
    result.add_phases()->set_when("call");
    queue_.TestStarted(result.lease_id(), result.ref());
    const bool counted = queue_.ResultArrived(result.lease_id(), result.ref()).counts && ledger_.Reported(result);
    if (++worker->next == worker->collected.tests_size()) {
      queue_.LeaseDone(result.lease_id());
      worker->leases.pop_front();
      worker->busy = false;
    }
    return counted ? 1 : 0;
  }

  void Collect(Worker* worker) {
    const v1::Lease& lease = worker->leases.front();
    const std::string& module = lease.batch().module();
    worker->collected.Clear();
    worker->collected.set_lease_id(lease.id());
    worker->collected.set_module_selected(kTestsPerModule);
    for (int test = 0; test < kTestsPerModule; ++test) {
      worker->collected.add_tests()->set_node_id(
          absl::StrCat(module, "::TestSomething::test_what_it_does[", test, "-value]"));
    }
    worker->next = 0;
    worker->busy = true;
    queue_.Collected(lease.id(), worker->collected.tests());
    ledger_.Collected("gw0", module, worker->collected);
  }

  void Obey() {
    for (dispatch::Action& action : queue_.TakeActions()) {
      if (auto* grant = std::get_if<dispatch::GrantLease>(&action)) {
        Of(grant->slot).leases.push_back(std::move(grant->lease));
      } else if (const auto* finish = std::get_if<dispatch::FinishSlot>(&action)) {
        if (!Of(finish->slot).busy) queue_.WorkerGone(finish->slot, true);
      } else if (const auto* revoke = std::get_if<dispatch::RevokeLease>(&action)) {
        queue_.Returned(revoke->lease_id, {}, false);
      }
    }
  }

  Worker& Of(dispatch::SlotKey slot) { return workers_[static_cast<size_t>(slot.agent) * kSlotsPerAgent + slot.slot]; }

  StringTable names_;
  dispatch::DispatchQueue queue_;
  results::Ledger ledger_;
  std::vector<Worker> workers_;
};

void QueueAndLedger(benchmark::State& state) {
  const int agents = static_cast<int>(state.range(0));
  const int tests = static_cast<int>(state.range(1));
  double bytes = 0;
  while (state.KeepRunning()) {
    const size_t before = HeapBytes();
    Farm farm(agents, tests);
    if (farm.Run() != tests) state.SkipWithError("not every test was counted once");
    bytes = static_cast<double>(HeapBytes() - before) / tests;
  }
  state.SetItemsProcessed(state.iterations() * tests);
  state.counters["bytes_per_test"] = bytes;
}
BENCHMARK(QueueAndLedger)
    ->ArgNames({"agents", "tests"})
    ->Args({1, 10000})
    ->Args({32, 100000})
    ->Args({1000, 1000000})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
}  // namespace fastest
