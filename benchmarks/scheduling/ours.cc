#include "benchmarks/scheduling/ours.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "base/string_table.h"
#include "coordinator/dispatch/dispatch_queue.h"
#include "proto/test.pb.h"

namespace fastest::scheduling {
namespace {

using dispatch::SlotKey;

struct Lease {
  uint64_t id = 0;
  std::vector<TestPlace> tests;
  size_t next = 0;
  // Whether the worker has made the tests. Until then the whole lease may go back.
  bool opened = false;
};

// A worker runs in stretches. A stretch of tests is computed when it begins. A revoked lease or a loss cuts it short.
struct Worker {
  enum class State { kAbsent, kIdle, kRunning, kGone };
  State state = State::kAbsent;
  std::deque<Lease> leases;
  bool finish = false;
  size_t module = -1;
  // When each test of the running stretch ends.
  std::vector<double> ends_s;
  // The worker answers these before its next test begins.
  std::vector<dispatch::RevokeLease> revokes;
  // Counts stretches, so that the old end of a stretch that was cut short is ignored.
  int stretch = 0;
};

class Simulation {
 public:
  Simulation(const Suite& suite, const std::vector<Agent>& farm, const dispatch::DispatchQueue::Options& options)
      : suite_(suite), farm_(farm), workers_(farm.size()), queue_(options, names_) {}

  Outcome Run(const plan::Plan& plan) {
    for (const plan::PlannedBatch& planned : plan.batches) {
      queue_.Add(planned.batch, {planned.predicted_s, planned.setup_s, planned.batch.together(),
                                 static_cast<uint32_t>(planned.unit) + 1});
    }
    queue_.Seal();
    for (size_t a = 0; a < farm_.size(); ++a) {
      At(farm_[a].joins_s, Kind::kJoin, a);
      if (farm_[a].lost_s != kNever) At(farm_[a].lost_s, Kind::kLoss, a);
    }
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      Handle(event);
    }
    outcome_.finished = queue_.Finished();
    for (const dispatch::Left& left : queue_.GivenUp()) {
      outcome_.given_up += static_cast<int>(TestsOf(left.batch).size());
    }
    return outcome_;
  }

 private:
  enum class Kind { kLoss, kJoin, kStretchEnds };
  struct Event {
    double time;
    Kind kind;
    size_t agent;
    int stretch;
    bool operator>(const Event& o) const { return std::tie(time, kind, agent) > std::tie(o.time, o.kind, o.agent); }
  };

  void At(double time, Kind kind, size_t agent) { events_.push({time, kind, agent, workers_[agent].stretch}); }

  void Handle(const Event& event) {
    Worker& worker = workers_[event.agent];
    const SlotKey slot{static_cast<int>(event.agent), 0};
    switch (event.kind) {
      case Kind::kJoin:
        worker.state = Worker::State::kIdle;
        queue_.SlotAdded(slot);
        queue_.SlotReady(slot);
        break;
      case Kind::kLoss:
        if (worker.state == Worker::State::kGone || worker.state == Worker::State::kAbsent) return;
        Report(&worker, event.time);
        if (!worker.ends_s.empty()) {
          const Lease& lease = worker.leases.front();
          queue_.TestStarted(lease.id, RefOf(lease.tests[lease.next]));
          ++outcome_.repeated;
        }
        worker = Worker();
        worker.state = Worker::State::kGone;
        queue_.AgentLost(slot.agent, "lost", event.time);
        break;
      case Kind::kStretchEnds:
        if (worker.state != Worker::State::kRunning || event.stretch != worker.stretch) return;
        Report(&worker, event.time);
        worker.state = Worker::State::kIdle;
        GiveBack(&worker);
        break;
    }
    Act(event.time);
    Continue(event.time, event.agent);
  }

  // Reports the results of the tests that have ended by now.
  void Report(Worker* worker, double now) {
    size_t ended = 0;
    while (ended < worker->ends_s.size() && worker->ends_s[ended] <= now) {
      Lease& lease = worker->leases.front();
      const TestPlace& test = lease.tests[lease.next++];
      if (queue_.ResultArrived(lease.id, RefOf(test)).counts) ++outcome_.results;
      outcome_.makespan_s = std::max(outcome_.makespan_s, worker->ends_s[ended]);
      if (lease.next == lease.tests.size()) {
        queue_.LeaseDone(lease.id);
        worker->leases.pop_front();
      }
      ++ended;
    }
    worker->ends_s.erase(worker->ends_s.begin(), worker->ends_s.begin() + static_cast<std::ptrdiff_t>(ended));
  }

  // An idle worker goes on with its leases, or says that it waits.
  void Continue(double now, size_t agent) {
    Worker& worker = workers_[agent];
    if (worker.state != Worker::State::kIdle) return;
    std::vector<TestPlace> stretch;
    if (!worker.leases.empty()) {
      Lease& lease = worker.leases.front();
      Open(&lease);
      // The stretch is the rest of the lease without its last test, or the last test if the next one is known. It is
      // never both, since the queue must hear of the time between.
      const size_t left = lease.tests.size() - lease.next;
      const bool follows = worker.finish || worker.leases.size() > 1;
      const size_t count = left > 1 ? left - 1 : follows ? 1 : 0;
      if (left == 1 && worker.leases.size() > 1) Open(&worker.leases[1]);
      const auto begin = lease.tests.begin() + static_cast<std::ptrdiff_t>(lease.next);
      stretch.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
    if (stretch.empty()) {
      if (worker.finish && worker.leases.empty()) {
        worker.state = Worker::State::kGone;
        queue_.WorkerGone({static_cast<int>(agent), 0}, /*replace=*/true);
        Act(now);
      } else if (!waiting_.has_value()) {
        waiting_ = agent;
        queue_.WorkerWaits({static_cast<int>(agent), 0});
        Act(now);
        waiting_.reset();
        if (CanGoOn(worker)) Continue(now, agent);
      }
      return;
    }
    double end_s = now;
    worker.ends_s.clear();
    for (const TestPlace& test : stretch) {
      const Suite::Module& module = suite_.modules[test.module];
      double seconds = module.seconds[test.test];
      if (worker.module != test.module) seconds += module.setup_s;
      worker.module = test.module;
      worker.ends_s.push_back(end_s += seconds * farm_[agent].slowness);
    }
    worker.state = Worker::State::kRunning;
    ++worker.stretch;
    At(end_s, Kind::kStretchEnds, agent);
    // The queue may want something else after the lease was opened.
    Act(now);
  }

  void Open(Lease* lease) {
    if (lease->opened) return;
    lease->opened = true;
    std::vector<v1::TestRef> refs;
    for (const TestPlace& test : lease->tests) refs.push_back(RefOf(test));
    queue_.Collected(lease->id, refs);
  }

  static v1::TestRef RefOf(const TestPlace& test) {
    v1::TestRef ref;
    ref.set_node_id(TestName(test.module, test.test));
    return ref;
  }

  // A busy worker reads the command and answers when its running test has ended.
  void Revoked(const dispatch::RevokeLease& revoke, double now) {
    const size_t agent = static_cast<size_t>(revoke.slot.agent);
    Worker& worker = workers_[agent];
    worker.revokes.push_back(revoke);
    if (worker.state == Worker::State::kIdle) {
      Wake(agent, now);
    } else if (worker.state == Worker::State::kRunning && !worker.ends_s.empty()) {
      const auto running = std::upper_bound(worker.ends_s.begin(), worker.ends_s.end(), now);
      if (running + 1 >= worker.ends_s.end()) return;
      // The later tests are computed anew, from the module of the running test.
      worker.module = worker.leases.front().tests[worker.leases.front().next].module;
      worker.ends_s.erase(running + 1, worker.ends_s.end());
      ++worker.stretch;
      At(worker.ends_s.back(), Kind::kStretchEnds, agent);
    }
  }

  void GiveBack(Worker* worker) {
    std::vector<dispatch::RevokeLease> revokes;
    revokes.swap(worker->revokes);
    for (const dispatch::RevokeLease& revoke : revokes) {
      const auto lease = std::find_if(worker->leases.begin(), worker->leases.end(),
                                      [&](const Lease& l) { return l.id == revoke.lease_id; });
      std::vector<v1::TestRef> refs;
      bool whole = false;
      if (lease != worker->leases.end() && !lease->opened) {
        whole = true;
        worker->leases.erase(lease);
      } else if (lease != worker->leases.end()) {
        // The first test that has not run stays, since pytest knows it as the next one.
        while (refs.size() < revoke.max_tests && lease->tests.size() > lease->next + 1) {
          refs.push_back(RefOf(lease->tests.back()));
          lease->tests.pop_back();
        }
        std::reverse(refs.begin(), refs.end());
      }
      queue_.Returned(revoke.lease_id, refs, whole);
    }
  }

  static bool CanGoOn(const Worker& worker) {
    if (worker.leases.empty()) return worker.finish;
    return worker.finish || worker.leases.size() > 1 || worker.leases[0].tests.size() - worker.leases[0].next > 1;
  }

  void Act(double now) {
    for (const dispatch::Action& action : queue_.TakeActions()) {
      if (const auto* grant = std::get_if<dispatch::GrantLease>(&action)) {
        Granted(*grant, now);
      } else if (const auto* revoke = std::get_if<dispatch::RevokeLease>(&action)) {
        Revoked(*revoke, now);
      } else if (const auto* finish = std::get_if<dispatch::FinishSlot>(&action)) {
        workers_[static_cast<size_t>(finish->slot.agent)].finish = true;
        Wake(static_cast<size_t>(finish->slot.agent), now);
      } else if (const auto* start = std::get_if<dispatch::StartWorker>(&action)) {
        Worker& worker = workers_[static_cast<size_t>(start->slot.agent)];
        const int stretch = worker.stretch;
        worker = Worker();
        worker.stretch = stretch;
        At(now, Kind::kJoin, static_cast<size_t>(start->slot.agent));
      }
    }
  }

  // Asks the agent again at the same time, after all actions are done.
  void Wake(size_t agent, double now) {
    if (workers_[agent].state != Worker::State::kIdle || waiting_ == agent) return;
    workers_[agent].state = Worker::State::kRunning;
    ++workers_[agent].stretch;
    At(now, Kind::kStretchEnds, agent);
  }

  void Granted(const dispatch::GrantLease& grant, double now) {
    const size_t agent = static_cast<size_t>(grant.slot.agent);
    Lease lease;
    lease.id = grant.lease.id();
    lease.tests = TestsOf(grant.lease.batch());
    workers_[agent].leases.push_back(std::move(lease));
    Wake(agent, now);
  }

  // The tests that a worker finds for a batch: the named ones, or a part of the module.
  std::vector<TestPlace> TestsOf(const v1::Batch& batch) const {
    std::vector<TestPlace> tests;
    for (const v1::TestRef& ref : batch.tests()) tests.push_back(PlaceOf(ref.node_id()));
    if (!tests.empty()) return tests;
    const size_t module = std::stoul(batch.module());
    const int part = static_cast<int>(batch.part());
    const size_t begin = part == 0 ? 0 : PlaceOf(batch.boundaries(part - 1)).test;
    const size_t end =
        part == batch.boundaries_size() ? suite_.modules[module].seconds.size() : PlaceOf(batch.boundaries(part)).test;
    for (size_t t = begin; t < end; ++t) tests.push_back({module, t});
    return tests;
  }

  const Suite& suite_;
  const std::vector<Agent>& farm_;
  std::vector<Worker> workers_;
  StringTable names_;
  dispatch::DispatchQueue queue_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  // The agent whose wait is being told to the queue.
  std::optional<size_t> waiting_;
  Outcome outcome_;
};

}  // namespace

Outcome Ours(const Suite& suite, const std::vector<plan::ModuleEstimate>& estimates, bool measured,
             const std::vector<Agent>& farm) {
  plan::PlanOptions options;
  options.slots = static_cast<int>(farm.size());
  dispatch::DispatchQueue::Options queue_options;
  // A real run does the same if predictions are only guesses.
  if (!measured) queue_options.prefetch_s = 0;
  return Simulation(suite, farm, queue_options).Run(plan::PlanByModule(estimates, options));
}

}  // namespace fastest::scheduling
