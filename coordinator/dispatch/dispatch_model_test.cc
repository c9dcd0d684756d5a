// Random runs against workers that behave as docs/worker_protocol.md says, and die as they please: whatever happens, every test is
// reported once or given up, no slot holds more than two leases, and the run ends.
#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/dispatch/dispatch_queue.h"
#include "gtest/gtest.h"

namespace fastest::dispatch {
namespace {

struct ModelModule {
  std::vector<std::string> tests;
  // Whoever collects it dies.
  bool deadly = false;
};

struct Model {
  std::map<std::string, ModelModule> modules;
  std::set<std::string> crashing_tests;
  // Per step, in thousandths: a worker is killed, an agent is lost.
  int kill = 0;
  int lose = 0;
  // Whether workers say that they wait.
  bool tells_waiting = true;
};

std::vector<std::string> TestsOf(const Model& model, const v1::Batch& batch) {
  std::vector<std::string> ids;
  for (const v1::TestRef& ref : batch.tests()) ids.push_back(ref.node_id());
  if (!ids.empty()) return ids;
  int part = 0;
  for (const std::string& id : model.modules.at(batch.module()).tests) {
    if (part < batch.boundaries_size() && id == batch.boundaries(part)) ++part;
    if (part == static_cast<int>(batch.part())) ids.push_back(id);
  }
  return ids;
}

v1::TestRef Ref(const std::string& id) {
  v1::TestRef ref;
  ref.set_node_id(id);
  return ref;
}

class Simulation {
 public:
  Simulation(const Model& model, int slots, uint32_t seed)
      : model_(model), random_(seed), queue_(DispatchQueue::Options()) {
    for (int i = 0; i < slots; ++i) {
      const SlotKey key{i / 2, static_cast<uint32_t>(i % 2)};
      queue_.SlotAdded(key);
      workers_[key].alive = true;
    }
  }

  DispatchQueue& queue() { return queue_; }
  const std::map<std::string, int>& reported() const { return reported_; }
  bool Chance(int thousandths) { return static_cast<int>(random_() % 1000) < thousandths; }

  // One step of a random worker that can do something; then what the queue decides. False if nobody can.
  bool Step() {
    Obey();
    std::vector<SlotKey> able;
    for (const auto& [key, worker] : workers_) {
      if (CanStep(worker)) able.push_back(key);
    }
    if (able.empty()) return false;
    const SlotKey key = able[random_() % able.size()];
    if (Chance(model_.lose)) {
      LoseAgent(key.agent);
    } else if (Chance(model_.kill)) {
      Die(key, true);
    } else {
      Run(key);
    }
    Obey();
    return true;
  }

 private:
  struct Item {
    uint64_t lease = 0;
    std::string id;
  };
  struct Worker {
    bool alive = false;
    bool ready = false;
    bool finish = false;
    bool said_waiting = false;
    std::deque<v1::Lease> inbox;
    std::deque<Item> items;
    std::set<uint64_t> open;
  };

  static bool CanStep(const Worker& worker) {
    if (!worker.alive) return false;
    return !worker.ready || worker.finish || !worker.inbox.empty() || worker.items.size() > 1 || !worker.said_waiting;
  }

  void Run(SlotKey key) {
    Worker& worker = workers_[key];
    worker.said_waiting = false;
    if (!worker.ready) {
      worker.ready = true;
      queue_.SlotReady(key);
    } else if (worker.items.size() <= 1 && !worker.inbox.empty()) {
      Collect(key);
    } else if (worker.items.size() > 1 || (worker.items.size() == 1 && worker.finish)) {
      RunTest(key);
    } else if (worker.finish) {
      EXPECT_TRUE(worker.open.empty());
      Die(key, true);
    } else {
      worker.said_waiting = true;
      if (model_.tells_waiting) queue_.WorkerWaits(key);
    }
  }

  void Collect(SlotKey key) {
    Worker& worker = workers_[key];
    const v1::Lease lease = worker.inbox.front();
    worker.inbox.pop_front();
    auto module = model_.modules.find(lease.batch().module());
    if (module != model_.modules.end() && module->second.deadly) return Die(key, true);
    std::vector<v1::TestRef> refs;
    for (const std::string& id : TestsOf(model_, lease.batch())) {
      refs.push_back(Ref(id));
      worker.items.push_back({lease.id(), id});
    }
    queue_.Collected(lease.id(), refs);
    if (refs.empty()) Done(&worker, lease.id());
  }

  void RunTest(SlotKey key) {
    Worker& worker = workers_[key];
    const Item item = worker.items.front();
    worker.items.pop_front();
    EXPECT_TRUE(queue_.ResultArrived(item.lease, Ref(item.id)));
    EXPECT_FALSE(queue_.ResultArrived(item.lease, Ref(item.id)));
    ++reported_[item.id];
    if (model_.crashing_tests.count(item.id) > 0) return Die(key, true);
    if (worker.items.empty() || worker.items.front().lease != item.lease) Done(&worker, item.lease);
  }

  void Done(Worker* worker, uint64_t lease) {
    worker->open.erase(lease);
    queue_.LeaseDone(lease);
  }

  void Die(SlotKey key, bool replace) {
    workers_[key] = Worker();
    queue_.WorkerGone(key, replace);
  }

  void LoseAgent(int agent) {
    for (auto& [key, worker] : workers_) {
      if (key.agent == agent && worker.alive) Die(key, false);
    }
  }

  void Obey() {
    for (const Action& action : queue_.TakeActions()) {
      if (const auto* grant = std::get_if<GrantLease>(&action)) {
        Worker& worker = workers_[grant->slot];
        ASSERT_TRUE(worker.alive && worker.ready && !worker.finish);
        ASSERT_TRUE(lease_ids_.insert(grant->lease.id()).second);
        worker.inbox.push_back(grant->lease);
        worker.open.insert(grant->lease.id());
        ASSERT_LE(worker.open.size(), 2u);
      } else if (const auto* finish = std::get_if<FinishSlot>(&action)) {
        Worker& worker = workers_[finish->slot];
        ASSERT_TRUE(worker.alive && worker.ready && !worker.finish);
        worker.finish = true;
      } else {
        Worker& worker = workers_[std::get<StartWorker>(action).slot];
        ASSERT_FALSE(worker.alive);
        worker.alive = true;
      }
    }
  }

  const Model& model_;
  std::mt19937 random_;
  DispatchQueue queue_;
  std::map<SlotKey, Worker> workers_;
  std::map<std::string, int> reported_;
  std::set<uint64_t> lease_ids_;
};

Model RandomModel(std::mt19937* random, bool calm) {
  Model model;
  const int modules = static_cast<int>((*random)() % 12);
  for (int m = 0; m < modules; ++m) {
    const std::string name = absl::StrCat("m", m);
    ModelModule module;
    const int tests = static_cast<int>((*random)() % 9);
    for (int t = 0; t < tests; ++t) {
      module.tests.push_back(absl::StrCat(name, "::t", t));
      if (!calm && (*random)() % 15 == 0) model.crashing_tests.insert(module.tests.back());
    }
    module.deadly = !calm && (*random)() % 20 == 0;
    model.modules[name] = module;
  }
  if (!calm) {
    const int kills[] = {0, 5, 50, 300};
    const int losses[] = {0, 0, 2, 20};
    model.kill = kills[(*random)() % 4];
    model.lose = losses[(*random)() % 4];
  }
  model.tells_waiting = (*random)() % 2 == 0;
  return model;
}

// Adds all modules, some of them in two parts.
void AddAll(const Model& model, std::mt19937* random, DispatchQueue* queue) {
  const double predictions[] = {0, 0.01, 0.3, 10};
  for (const auto& [name, module] : model.modules) {
    v1::Batch batch;
    batch.set_module(name);
    if (module.tests.size() > 3 && (*random)() % 2 == 0) batch.add_boundaries(module.tests[2]);
    for (int part = 0; part <= batch.boundaries_size(); ++part) {
      batch.set_part(part);
      queue->Add(batch, predictions[(*random)() % 4]);
    }
  }
  queue->Seal();
}

// Every test was reported once, or stands once among the batches that were not run.
void ExpectBalance(const Model& model, const Simulation& simulation, const std::vector<v1::Batch>& not_run) {
  std::map<std::string, int> times = simulation.reported();
  for (const v1::Batch& batch : not_run) {
    for (const std::string& id : TestsOf(model, batch)) ++times[id];
  }
  for (const auto& [name, module] : model.modules) {
    for (const std::string& id : module.tests) EXPECT_EQ(times[id], 1) << id;
  }
}

class DispatchModelTest : public ::testing::TestWithParam<int> {};

TEST_P(DispatchModelTest, EveryTestIsReportedOnceOrGivenUp) {
  std::mt19937 random(GetParam());
  for (int round = 0; round < 250; ++round) {
    const bool calm = round % 3 == 0;
    const Model model = RandomModel(&random, calm);
    Simulation simulation(model, 1 + static_cast<int>(random() % 6), random());
    // The first worker is often ready before there is a plan.
    const int before_plan = static_cast<int>(random() % 4);
    for (int i = 0; i < before_plan; ++i) simulation.Step();
    AddAll(model, &random, &simulation.queue());
    int steps = 0;
    while (!simulation.queue().Finished() && simulation.Step()) ASSERT_LT(++steps, 100000);
    ASSERT_TRUE(simulation.queue().Finished()) << "nobody can do anything, and the run is not over";

    ExpectBalance(model, simulation, simulation.queue().GivenUp());
    if (calm) {
      EXPECT_TRUE(simulation.queue().GivenUp().empty());
      EXPECT_TRUE(simulation.queue().SetAside().empty());
    }
  }
}

TEST_P(DispatchModelTest, AStopAtAnyTimeEndsTheRun) {
  std::mt19937 random(1000 + GetParam());
  for (int round = 0; round < 250; ++round) {
    const Model model = RandomModel(&random, round % 3 == 0);
    Simulation simulation(model, 1 + static_cast<int>(random() % 6), random());
    AddAll(model, &random, &simulation.queue());
    const int before_stop = static_cast<int>(random() % 40);
    for (int i = 0; i < before_stop; ++i) simulation.Step();
    simulation.queue().Stop();
    int steps = 0;
    while (!simulation.queue().Finished() && simulation.Step()) ASSERT_LT(++steps, 100000);
    ASSERT_TRUE(simulation.queue().Finished());
    std::vector<v1::Batch> not_run = simulation.queue().GivenUp();
    for (const v1::Batch& batch : simulation.queue().LeftByStop()) not_run.push_back(batch);
    ExpectBalance(model, simulation, not_run);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DispatchModelTest, ::testing::Range(1, 9));

}  // namespace
}  // namespace fastest::dispatch
