// Random runs against agents and workers that behave as docs/worker_protocol.md says, and die, fall silent, come back
// and join as they please: whatever happens, every test has one last result or is given up, no slot holds more leases
// than it may, and the run ends.
#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <tuple>

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
  // Fail every time; fail on the first attempt that counts.
  std::set<std::string> failing_tests;
  std::set<std::string> flaky_tests;
  std::set<std::string> no_retry;
  // Per step, in thousandths.
  int kill = 0;
  int lose = 0;
  int silence = 0;
  int join = 0;
  int drain = 0;
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

constexpr double kLease = 20;

DispatchQueue::Options ModelOptions(int retries) {
  DispatchQueue::Options options;
  options.lease_s = kLease;
  options.retries = retries;
  options.min_steal_s = 0.01;
  return options;
}

class Simulation {
 public:
  Simulation(const Model& model, int agents, int retries, uint32_t seed)
      : model_(model), retries_(retries), random_(seed), queue_(ModelOptions(retries), names_) {
    for (int i = 0; i < agents; ++i) Join();
  }

  DispatchQueue& queue() { return queue_; }
  const std::map<std::string, int>& reported() const { return reported_; }
  int64_t steps() const { return steps_; }
  bool Chance(int thousandths) { return static_cast<int>(random_() % 1000) < thousandths; }

  // One step of somebody; then what the queue decides. False if nobody can do anything any more.
  bool Step() {
    ++steps_;
    now_ += 0.01 * static_cast<double>(random_() % 100);
    Obey();
    for (const int agent : queue_.Tick(now_)) GiveUp(agent);
    if (Chance(model_.join) && agents_.size() < 12) Join();
    for (auto& [number, agent] : agents_) {
      if (agent.up && !agent.silent) queue_.AgentHeard(number, now_);
    }
    SpeakLate();
    std::vector<SlotKey> able;
    for (const auto& [key, worker] : workers_) {
      if (CanStep(key, worker)) able.push_back(key);
    }
    if (able.empty()) {
      Obey();
      for (const auto& [key, worker] : workers_) {
        if (CanStep(key, worker)) return true;
      }
      return Await();
    }
    const SlotKey key = able[random_() % able.size()];
    if (Chance(model_.lose)) {
      queue_.AgentLost(key.agent, "gone", now_);
      GiveUp(key.agent);
    } else if (Chance(model_.silence)) {
      agents_[key.agent].silent = true;
      agents_[key.agent].back_at = now_ + static_cast<double>(random_() % 40);
      queue_.AgentBroken(key.agent);
    } else if (Chance(model_.drain)) {
      queue_.AgentDraining(key.agent);
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
    std::deque<RevokeLease> revokes;
    std::deque<Item> items;
    std::set<uint64_t> open;
  };
  struct Agent {
    bool up = true;
    bool silent = false;
    double back_at = 0;
  };

  void Join() {
    const int number = next_agent_++;
    agents_[number] = Agent();
    queue_.AgentJoined(number, absl::StrCat("a", number), now_);
    if (random_() % 2 == 0) queue_.AgentRoundTrip(number, 0.05);
    for (uint32_t slot = 0; slot < 1 + random_() % 2; ++slot) {
      queue_.SlotAdded({number, slot});
      workers_[{number, slot}].alive = true;
    }
  }

  // The queue has given it up; some of what it ran comes all the same, later.
  void GiveUp(int agent) {
    agents_[agent].up = false;
    for (auto& [key, worker] : workers_) {
      if (key.agent != agent) continue;
      for (const Item& item : worker.items) {
        if (random_() % 3 == 0) late_.push_back(item);
      }
      worker = Worker();
    }
  }

  void SpeakLate() {
    while (!late_.empty() && random_() % 4 == 0) {
      Report(late_.front());
      late_.pop_front();
    }
  }

  // Nobody can do a thing: time passes until an agent is back or a lease ends.
  bool Await() {
    bool awaited = false;
    for (auto& [number, agent] : agents_) {
      if (!agent.up || !agent.silent) continue;
      awaited = true;
      // In steps, as a coordinator that is awake would tick.
      now_ += kLease / 4;
      for (const int lost : queue_.Tick(now_)) GiveUp(lost);
      if (agent.up && agent.back_at <= now_) Resume(number);
    }
    if (!awaited && !late_.empty()) {
      Report(late_.front());
      late_.pop_front();
      awaited = true;
    }
    Obey();
    return awaited;
  }

  void Resume(int number) {
    agents_[number].silent = false;
    queue_.AgentResumed(number, now_);
  }

  bool CanStep(SlotKey key, const Worker& worker) {
    Agent& agent = agents_.at(key.agent);
    if (agent.silent && agent.up && agent.back_at <= now_) Resume(key.agent);
    if (!worker.alive || agent.silent || !agent.up) return false;
    return !worker.ready || worker.finish || !worker.inbox.empty() || worker.items.size() > 1 || !worker.said_waiting ||
           !worker.revokes.empty();
  }

  void Run(SlotKey key) {
    Worker& worker = workers_[key];
    worker.said_waiting = false;
    if (!worker.ready) {
      worker.ready = true;
      queue_.SlotReady(key);
      return;
    }
    if (!worker.revokes.empty()) return Return(key);
    if (worker.items.size() <= 1 && !worker.inbox.empty()) {
      Collect(key);
    } else if (worker.items.size() > 1 || (worker.items.size() == 1 && worker.finish)) {
      RunTest(key);
    } else if (worker.finish) {
      EXPECT_TRUE(worker.open.empty());
      Die(key, true);
    } else {
      worker.said_waiting = true;
      if (model_.tells_waiting || !worker.items.empty()) queue_.WorkerWaits(key);
    }
  }

  // The first item is bound to run: the test before it knows it as the next.
  void Return(SlotKey key) {
    Worker& worker = workers_[key];
    const RevokeLease revoke = worker.revokes.front();
    worker.revokes.pop_front();
    for (auto it = worker.inbox.begin(); it != worker.inbox.end(); ++it) {
      if (it->id() != revoke.lease_id) continue;
      worker.inbox.erase(it);
      worker.open.erase(revoke.lease_id);
      queue_.Returned(revoke.lease_id, {}, true);
      return;
    }
    std::vector<v1::TestRef> refs;
    for (size_t i = worker.items.size(); i > 1 && refs.size() < revoke.max_tests; --i) {
      if (worker.items[i - 1].lease != revoke.lease_id) continue;
      refs.push_back(Ref(worker.items[i - 1].id));
      worker.items.erase(worker.items.begin() + static_cast<std::ptrdiff_t>(i - 1));
    }
    queue_.Returned(revoke.lease_id, refs, false);
  }

  void Collect(SlotKey key) {
    Worker& worker = workers_[key];
    const v1::Lease lease = worker.inbox.front();
    worker.inbox.pop_front();
    auto module = model_.modules.find(lease.batch().module());
    if (module != model_.modules.end() && module->second.deadly) return Die(key, true);
    std::vector<v1::TestRef> refs;
    std::vector<uint32_t> no_retry;
    for (const std::string& id : TestsOf(model_, lease.batch())) {
      if (model_.no_retry.count(id) > 0) no_retry.push_back(static_cast<uint32_t>(refs.size()));
      refs.push_back(Ref(id));
      worker.items.push_back({lease.id(), id});
    }
    queue_.Collected(lease.id(), refs, no_retry);
    if (refs.empty()) Done(&worker, lease.id());
  }

  // A result, perhaps twice.
  void Report(const Item& item) {
    const bool crashes = model_.crashing_tests.count(item.id) > 0;
    const bool failed = crashes || model_.failing_tests.count(item.id) > 0 ||
                        (model_.flaky_tests.count(item.id) > 0 && attempts_[item.id] == 0);
    const Verdict verdict = queue_.ResultArrived(item.lease, Ref(item.id), failed, crashes);
    EXPECT_FALSE(queue_.ResultArrived(item.lease, Ref(item.id), failed, crashes).counts) << item.id;
    if (!verdict.counts) return;
    EXPECT_EQ(verdict.attempt, ++attempts_[item.id]);
    EXPECT_LE(verdict.attempt, 1 + retries_);
    EXPECT_TRUE(verdict.attempt == 1 || model_.no_retry.count(item.id) == 0);
    if (verdict.last) {
      ++reported_[item.id];
    } else {
      EXPECT_TRUE(failed);
    }
  }

  void RunTest(SlotKey key) {
    Worker& worker = workers_[key];
    const Item item = worker.items.front();
    if (!running_.insert({key, item.lease, item.id}).second || random_() % 2 == 0) {
      running_.erase({key, item.lease, item.id});
    } else {
      queue_.TestStarted(item.lease, Ref(item.id));
      return;
    }
    worker.items.pop_front();
    Report(item);
    if (model_.crashing_tests.count(item.id) > 0) return Die(key, true);
    const bool last = std::none_of(worker.items.begin(), worker.items.end(),
                                   [&](const Item& other) { return other.lease == item.lease; });
    if (last) Done(&worker, item.lease);
  }

  void Done(Worker* worker, uint64_t lease) {
    worker->open.erase(lease);
    queue_.LeaseDone(lease);
  }

  void Die(SlotKey key, bool replace) {
    workers_[key] = Worker();
    queue_.WorkerGone(key, replace);
  }

  void Obey() {
    for (const Action& action : queue_.TakeActions()) {
      if (const auto* grant = std::get_if<GrantLease>(&action)) {
        Worker& worker = workers_[grant->slot];
        ASSERT_TRUE(worker.alive && worker.ready && !worker.finish);
        ASSERT_FALSE(agents_[grant->slot.agent].silent);
        ASSERT_TRUE(lease_ids_.insert(grant->lease.id()).second);
        worker.inbox.push_back(grant->lease);
        worker.open.insert(grant->lease.id());
        ASSERT_LE(worker.open.size(), 8u);
      } else if (const auto* finish = std::get_if<FinishSlot>(&action)) {
        Worker& worker = workers_[finish->slot];
        ASSERT_TRUE(worker.alive && worker.ready && !worker.finish);
        worker.finish = true;
      } else if (const auto* revoke = std::get_if<RevokeLease>(&action)) {
        Worker& worker = workers_[revoke->slot];
        ASSERT_TRUE(worker.alive && worker.ready);
        worker.revokes.push_back(*revoke);
      } else {
        Worker& worker = workers_[std::get<StartWorker>(action).slot];
        ASSERT_FALSE(worker.alive);
        worker.alive = true;
      }
    }
  }

  const Model& model_;
  const int retries_;
  std::mt19937 random_;
  StringTable names_;
  DispatchQueue queue_;
  double now_ = 1000;
  int next_agent_ = 0;
  int64_t steps_ = 0;
  std::map<int, Agent> agents_;
  std::map<SlotKey, Worker> workers_;
  std::set<std::tuple<SlotKey, uint64_t, std::string>> running_;
  std::deque<Item> late_;
  std::map<std::string, int> attempts_;
  std::map<std::string, int> reported_;
  std::set<uint64_t> lease_ids_;
};

Model RandomModel(std::mt19937* random, bool calm) {
  Model model;
  const auto one_in = [&](uint32_t n) { return (*random)() % n == 0; };
  const int modules = static_cast<int>((*random)() % 14);
  for (int m = 0; m < modules; ++m) {
    const std::string name = absl::StrCat("m", m);
    ModelModule module;
    const int tests = static_cast<int>((*random)() % (one_in(4) ? 40 : 9));
    for (int t = 0; t < tests; ++t) {
      const std::string id = absl::StrCat(name, "::t", t);
      module.tests.push_back(id);
      if (!calm && one_in(15)) model.crashing_tests.insert(id);
      if (one_in(8)) model.failing_tests.insert(id);
      if (one_in(8)) model.flaky_tests.insert(id);
      if (one_in(8)) model.no_retry.insert(id);
    }
    module.deadly = !calm && one_in(20);
    model.modules[name] = module;
  }
  if (!calm) {
    const int kills[] = {0, 5, 50, 300};
    const int rare[] = {0, 0, 2, 20};
    model.kill = kills[(*random)() % 4];
    model.lose = rare[(*random)() % 4];
    model.silence = rare[(*random)() % 4];
    model.join = rare[(*random)() % 4];
    model.drain = rare[(*random)() % 3];
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
      queue->Add(batch, Cost{predictions[(*random)() % 4], predictions[(*random)() % 3], (*random)() % 5 == 0});
    }
  }
  queue->Seal();
}

// Every test has its last result once, or stands once among what was not run.
void ExpectBalance(const Model& model, const Simulation& simulation, const std::vector<v1::Batch>& not_run) {
  std::map<std::string, int> times = simulation.reported();
  for (const v1::Batch& batch : not_run) {
    for (const std::string& id : TestsOf(model, batch)) ++times[id];
  }
  for (const auto& [name, module] : model.modules) {
    for (const std::string& id : module.tests) EXPECT_EQ(times[id], 1) << id;
  }
}

std::vector<v1::Batch> Batches(const std::vector<Left>& left) {
  std::vector<v1::Batch> batches;
  for (const Left& work : left) batches.push_back(work.batch);
  return batches;
}

constexpr int kRounds = 630;

class DispatchModelTest : public ::testing::TestWithParam<int> {};

TEST_P(DispatchModelTest, EveryTestHasOneLastResultOrIsGivenUp) {
  std::mt19937 random(GetParam());
  int steals = 0;
  int64_t steps = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const bool calm = round % 3 == 0;
    const Model model = RandomModel(&random, calm);
    Simulation simulation(model, 1 + static_cast<int>(random() % 4), static_cast<int>(random() % 3), random());
    // The first worker is often ready before there is a plan.
    const int before_plan = static_cast<int>(random() % 4);
    for (int i = 0; i < before_plan; ++i) simulation.Step();
    AddAll(model, &random, &simulation.queue());
    while (!simulation.queue().Finished() && simulation.Step()) ASSERT_LT(simulation.steps(), 50000);
    ASSERT_TRUE(simulation.queue().Finished()) << "nobody can do anything, and the run is not over";

    ExpectBalance(model, simulation, Batches(simulation.queue().GivenUp()));
    if (calm) {
      EXPECT_TRUE(simulation.queue().GivenUp().empty());
      EXPECT_TRUE(simulation.queue().SetAside().empty());
    }
    steals += simulation.queue().steals();
    steps += simulation.steps();
  }
  // All seeds together take more than 10^6 steps.
  EXPECT_GE(steps, 62500);
  EXPECT_GT(steals, 0);
}

TEST_P(DispatchModelTest, AStopAtAnyTimeEndsTheRun) {
  std::mt19937 random(1000 + GetParam());
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const Model model = RandomModel(&random, round % 3 == 0);
    Simulation simulation(model, 1 + static_cast<int>(random() % 4), static_cast<int>(random() % 3), random());
    AddAll(model, &random, &simulation.queue());
    const int before_stop = static_cast<int>(random() % 120);
    for (int i = 0; i < before_stop; ++i) simulation.Step();
    simulation.queue().Stop();
    while (!simulation.queue().Finished() && simulation.Step()) ASSERT_LT(simulation.steps(), 50000);
    ASSERT_TRUE(simulation.queue().Finished());
    std::vector<v1::Batch> not_run = Batches(simulation.queue().GivenUp());
    for (const v1::Batch& batch : simulation.queue().LeftByStop()) not_run.push_back(batch);
    ExpectBalance(model, simulation, not_run);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DispatchModelTest, ::testing::Range(1, 17));

}  // namespace
}  // namespace fastest::dispatch
