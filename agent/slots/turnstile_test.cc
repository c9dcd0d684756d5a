#include "agent/slots/turnstile.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Lease Lease(uint64_t id, const std::string& module = "") {
  v1::Lease lease;
  lease.set_id(id);
  lease.mutable_batch()->set_module(module);
  return lease;
}

v1::WorkerMessage::Waits Waits(uint64_t last_lease_id, bool holds_back = true) {
  v1::WorkerMessage::Waits waits;
  waits.set_last_lease_id(last_lease_id);
  waits.set_holds_back(holds_back);
  return waits;
}

class TurnstileTest : public testing::Test {
 protected:
  // Writes down the commands that are passed on: "a0 lease 7".
  Turnstile::PassOn Note(const std::string& run) {
    return [this, run](uint32_t slot, const v1::WorkerCommand& command) {
      const std::string what = command.has_run()      ? absl::StrCat("lease ", command.run().id())
                               : command.has_finish() ? "finish"
                               : command.has_stop()   ? absl::StrCat("stop ", command.stop().reason())
                                                      : "?";
      passed_.push_back(absl::StrCat(run, slot, " ", what));
    };
  }
  std::vector<std::string> Passed() { return std::exchange(passed_, {}); }

  // b waits: a has the turn.
  void LetBWait() {
    a_->Grant(0, Lease(1));
    b_->Grant(0, Lease(1));
    EXPECT_THAT(Passed(), ElementsAre("a0 lease 1"));
  }

  std::vector<std::string> passed_;
  SlotShare share_{1};
  std::unique_ptr<Turnstile> a_ = std::make_unique<Turnstile>(&share_, Note("a"));
  std::unique_ptr<Turnstile> b_ = std::make_unique<Turnstile>(&share_, Note("b"));
};

TEST_F(TurnstileTest, ARunThatIsAloneWaitsForNothing) {
  a_->Grant(0, Lease(1));
  a_->Grant(0, Lease(2));
  a_->OnWaits(0, Waits(2));
  a_->Grant(0, Lease(3));
  a_->Finish(0);
  EXPECT_THAT(Passed(), ElementsAre("a0 lease 1", "a0 lease 2", "a0 lease 3", "a0 finish"));
}

TEST_F(TurnstileTest, TwoRunsGoLeaseByLease) {
  LetBWait();
  for (const uint64_t id : {2, 3}) a_->Grant(0, Lease(id));
  for (const uint64_t id : {2, 3}) b_->Grant(0, Lease(id));
  EXPECT_THAT(Passed(), IsEmpty());
  a_->OnWaits(0, Waits(1));
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 1"));
  b_->OnWaits(0, Waits(1));
  EXPECT_THAT(Passed(), ElementsAre("a0 lease 2"));
  a_->OnWaits(0, Waits(2));
  b_->OnWaits(0, Waits(2));
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 2", "a0 lease 3"));
  // a has no more leases: b has the slot for itself.
  a_->OnWaits(0, Waits(3));
  b_->Grant(0, Lease(4));
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 3", "b0 lease 4"));
}

TEST_F(TurnstileTest, WaitingThatALeaseOnItsWayEndsIsNoWaiting) {
  a_->Grant(0, Lease(1));
  a_->Grant(0, Lease(2));
  b_->Grant(0, Lease(1));
  Passed();
  a_->OnWaits(0, Waits(1));
  EXPECT_THAT(Passed(), IsEmpty());
  a_->OnWaits(0, Waits(2));
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 1"));
}

TEST_F(TurnstileTest, WaitingThatFinishEndsIsNoWaiting) {
  LetBWait();
  a_->Finish(0);
  EXPECT_THAT(Passed(), ElementsAre("a0 finish"));
  a_->OnWaits(0, Waits(1));
  EXPECT_THAT(Passed(), IsEmpty());
  a_->OnSessionEnded(0);
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 1"));
}

TEST_F(TurnstileTest, AHeldBackTestNeedsATurnToFinish) {
  LetBWait();
  a_->OnWaits(0, Waits(1));
  Passed();
  a_->Finish(0);
  EXPECT_THAT(Passed(), IsEmpty());
  b_->OnWaits(0, Waits(1));
  EXPECT_THAT(Passed(), ElementsAre("a0 finish"));
  // The turn lasts until the session has ended, whatever message comes first.
  b_->Finish(0);
  a_->Stop(0, "enough");
  EXPECT_THAT(Passed(), ElementsAre("a0 stop enough"));
  a_->OnGone(0);
  EXPECT_THAT(Passed(), ElementsAre("b0 finish"));
}

TEST_F(TurnstileTest, WithoutAHeldBackTestFinishNeedsNoTurn) {
  a_->Grant(0, Lease(1));
  a_->OnWaits(0, Waits(1, false));
  b_->Grant(0, Lease(1));
  a_->Finish(0);
  a_->Finish(1);
  EXPECT_THAT(Passed(), ElementsAre("a0 lease 1", "b0 lease 1", "a0 finish", "a1 finish"));
}

TEST_F(TurnstileTest, WhatWaitsForATurnCanBeTakenBack) {
  LetBWait();
  b_->Grant(0, Lease(2));
  EXPECT_FALSE(a_->Withdraw(0, 1)) << "the worker has it";
  EXPECT_FALSE(b_->Withdraw(0, 9));
  EXPECT_FALSE(b_->Withdraw(5, 1));
  EXPECT_TRUE(b_->Withdraw(0, 1));
  EXPECT_TRUE(share_.wanted());
  EXPECT_TRUE(b_->Withdraw(0, 2));
  EXPECT_FALSE(share_.wanted());
  b_->Finish(0);
  EXPECT_THAT(Passed(), ElementsAre("b0 finish"));
}

TEST_F(TurnstileTest, AFinishBehindALeaseThatIsTakenBackComesThrough) {
  LetBWait();
  b_->Finish(0);
  EXPECT_THAT(Passed(), IsEmpty());
  EXPECT_TRUE(b_->Withdraw(0, 1));
  EXPECT_THAT(Passed(), ElementsAre("b0 finish"));
}

TEST_F(TurnstileTest, StopReachesTheWorkersThatWaitAndThoseThatRun) {
  LetBWait();
  b_->Stop(0, "enough");
  EXPECT_FALSE(share_.wanted());
  b_->Grant(0, Lease(2));
  a_->Stop(0, "too");
  EXPECT_THAT(Passed(), ElementsAre("b0 stop enough", "a0 stop too"));
  // a's test still runs.
  b_->OnGone(0);
  b_->Grant(0, Lease(3));
  EXPECT_THAT(Passed(), IsEmpty());
  a_->OnSessionEnded(0);
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 3"));
}

TEST_F(TurnstileTest, DeathGivesTheTurnBackAndTheNextWorkerBeginsAnew) {
  LetBWait();
  a_->Grant(0, Lease(2));
  a_->OnGone(0);
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 1"));
  a_->Grant(0, Lease(3));
  b_->OnWaits(0, Waits(1));
  EXPECT_THAT(Passed(), ElementsAre("a0 lease 3")) << "lease 2 died with its worker";
}

TEST_F(TurnstileTest, TheEndOfARunGivesItsTurnsBack) {
  LetBWait();
  a_.reset();
  EXPECT_THAT(Passed(), ElementsAre("b0 lease 1"));
}

// Runs come and go. Workers behave as fastest_runner's do, messages take their time, and coordinators grant, take back,
// finish and stop at random. At no time more tests run than the agent has slots, and every planned test runs once.
class Model {
 public:
  explicit Model(uint32_t seed) : random_(seed) {}

  void Play() {
    slots_ = 1 + Pick(4);
    share_.emplace(slots_);
    int to_come = 1 + Pick(5);
    for (int step = 0; to_come > 0 || !runs_.empty(); ++step) {
      ASSERT_LT(step, 200000) << "no end";
      if (to_come > 0 && (runs_.empty() || Pick(60) == 0)) {
        --to_come;
        runs_.push_back(std::make_unique<Run>());
        Begin(runs_.back().get());
      }
      const size_t number = Pick(runs_.size());
      Run* run = runs_[number].get();
      Step(run);
      ASSERT_LE(Running(), slots_);
      if (!run->workers.empty()) continue;
      if (run->cut) {
        ++cut_;
      } else {
        ASSERT_EQ(run->ran, run->planned);
        ASSERT_TRUE(run->queue.empty());
      }
      runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(number));
    }
    EXPECT_FALSE(share_->wanted());
  }

  int cut() const { return cut_; }
  size_t most() const { return most_; }
  size_t slots() const { return slots_; }

 private:
  using Tests = std::vector<int>;
  struct Worker {
    std::deque<v1::WorkerCommand> inbox;
    std::deque<v1::WorkerMessage> outbox;
    // The worker's state, as in BatchLoop.
    std::deque<std::pair<uint64_t, int>> turns;
    std::deque<uint64_t> leases;
    std::optional<std::pair<uint64_t, int>> current;
    bool running = false;
    bool finish = false;
    bool ended = false;
    uint64_t last_lease = 0;
    uint64_t waited_after = 0;
    // The coordinator's books.
    std::set<uint64_t> open;
    bool told_finish = false;
  };
  struct Run {
    std::unique_ptr<Turnstile> turnstile;
    std::map<uint32_t, Worker> workers;
    std::deque<Tests> queue;
    std::map<uint64_t, Tests> leases;
    std::multiset<int> planned;
    std::multiset<int> ran;
    uint64_t next_lease = 1;
    bool cut = false;
  };

  size_t Pick(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }

  void Begin(Run* run) {
    run->turnstile = std::make_unique<Turnstile>(&*share_, [run](uint32_t slot, const v1::WorkerCommand& command) {
      run->workers.at(slot).inbox.push_back(command);
    });
    int test = 0;
    for (size_t batch = Pick(12); batch > 0; --batch) {
      Tests tests;
      for (size_t left = Pick(5); left > 0; --left) tests.push_back(test++);
      run->planned.insert(tests.begin(), tests.end());
      run->queue.push_back(tests);
    }
    // A coordinator may ask for more workers than there are slots.
    for (uint32_t slot = 0; slot < 1 + Pick(slots_ + 2); ++slot) run->workers[slot];
  }

  size_t Running() {
    size_t count = 0;
    for (const auto& run : runs_) {
      for (const auto& [slot, worker] : run->workers) count += worker.running;
    }
    most_ = std::max(most_, count);
    return count;
  }

  void Step(Run* run) {
    auto it = run->workers.begin();
    std::advance(it, Pick(run->workers.size()));
    const uint32_t slot = it->first;
    Worker& worker = it->second;
    switch (Pick(6)) {
      case 0:
        Coordinate(run, slot, &worker);
        break;
      case 1:
      case 2:
        if (!worker.outbox.empty()) {
          const v1::WorkerMessage message = worker.outbox.front();
          worker.outbox.pop_front();
          Hear(run, slot, &worker, message);
        } else if (worker.ended) {
          Gone(run, slot);
        }
        break;
      default:
        Work(run, &worker);
    }
  }

  void Coordinate(Run* run, uint32_t slot, Worker* worker) {
    const size_t chance = Pick(400);
    if (chance == 0) {
      // The worker dies, and the tests that it had not run are given out again.
      Gone(run, slot);
    } else if (chance <= 2) {
      run->cut = true;
      for (auto& [other, unused] : run->workers) run->turnstile->Stop(other, "enough");
    } else if (chance == 3 && Pick(8) == 0) {
      // The run's coordinator is lost: all its workers are killed.
      run->cut = true;
      run->workers.clear();
      run->turnstile.reset();
    } else if (chance < 60 && !worker->open.empty() && !run->cut) {
      Revoke(run, slot, worker);
    } else if (!worker->told_finish && !run->cut) {
      if (run->queue.empty() && (worker->open.empty() || Pick(4) == 0)) {
        worker->told_finish = true;
        run->turnstile->Finish(slot);
      } else if (!run->queue.empty() && worker->open.size() < 4) {
        Grant(run, slot, worker);
      }
    }
  }

  void Grant(Run* run, uint32_t slot, Worker* worker) {
    const uint64_t id = run->next_lease++;
    run->leases[id] = run->queue.front();
    run->queue.pop_front();
    worker->open.insert(id);
    run->turnstile->Grant(slot, Lease(id));
  }

  void Revoke(Run* run, uint32_t slot, Worker* worker) {
    const uint64_t id = *std::next(worker->open.begin(), static_cast<std::ptrdiff_t>(Pick(worker->open.size())));
    if (run->turnstile->Withdraw(slot, id)) {
      Return(run, worker, id);
      return;
    }
    v1::WorkerCommand command;
    command.mutable_revoke()->set_lease_id(id);
    worker->inbox.push_back(command);
  }

  void Return(Run* run, Worker* worker, uint64_t id) {
    worker->open.erase(id);
    const auto lease = run->leases.extract(id);
    // A worker that is told to finish takes no more leases; another one has to be there for them.
    for (auto& [slot, other] : run->workers) {
      if (!other.told_finish) {
        run->queue.push_front(lease.mapped());
        return;
      }
    }
    const uint32_t slot = run->workers.rbegin()->first + 1;
    run->workers[slot];
    run->queue.push_front(lease.mapped());
  }

  void Hear(Run* run, uint32_t slot, Worker* worker, const v1::WorkerMessage& message) {
    if (message.has_waits()) {
      run->turnstile->OnWaits(slot, message.waits());
    } else if (message.has_ended()) {
      run->turnstile->OnSessionEnded(slot);
    } else if (message.has_returned()) {
      if (message.returned().whole()) Return(run, worker, message.returned().lease_id());
    } else if (message.has_lease_done()) {
      worker->open.erase(message.lease_done().lease_id());
      run->leases.erase(message.lease_done().lease_id());
    }
  }

  void Gone(Run* run, uint32_t slot) {
    Worker worker = std::move(run->workers.at(slot));
    for (const v1::WorkerMessage& message : worker.outbox) {
      if (message.has_lease_done()) worker.open.erase(message.lease_done().lease_id());
    }
    bool left = false;
    for (const uint64_t id : worker.open) {
      Tests tests = run->leases.extract(id).mapped();
      tests.erase(std::remove_if(tests.begin(), tests.end(), [run](int test) { return run->ran.count(test) > 0; }),
                  tests.end());
      left |= !tests.empty();
      if (!tests.empty()) run->queue.push_back(tests);
    }
    run->workers.erase(slot);
    // After this the share may give the turn to any worker.
    if (run->cut) {
      run->turnstile->OnGone(slot);
      return;
    }
    const bool takers = std::any_of(run->workers.begin(), run->workers.end(),
                                    [](const auto& other) { return !other.second.told_finish; });
    run->turnstile->OnGone(slot);
    if (left || (!run->queue.empty() && !takers)) run->workers[slot];
  }

  // One step of a worker: the end of a test; or everything up to the beginning of the next test, or to a wait.
  void Work(Run* run, Worker* worker) {
    if (worker->ended) return;
    if (worker->running) {
      worker->running = false;
      Ran(run, worker);
      return;
    }
    bool stop = false;
    for (; !worker->inbox.empty(); worker->inbox.pop_front()) {
      const v1::WorkerCommand& command = worker->inbox.front();
      if (command.has_run()) {
        worker->leases.push_back(command.run().id());
        worker->last_lease = command.run().id();
      } else if (command.has_finish()) {
        worker->finish = true;
      } else if (command.has_stop()) {
        stop = true;
      } else {
        GiveBack(worker, command.revoke().lease_id());
      }
    }
    if (stop) {
      End(worker);
      return;
    }
    if (!worker->current) worker->current = Next(run, worker);
    const bool follows = worker->current && Fill(run, worker);
    if (worker->current && (follows || worker->finish)) {
      worker->running = true;
    } else if (worker->finish) {
      End(worker);
    } else if (worker->waited_after != worker->last_lease) {
      worker->waited_after = worker->last_lease;
      v1::WorkerMessage message;
      *message.mutable_waits() = Waits(worker->last_lease, worker->current.has_value());
      worker->outbox.push_back(message);
    }
  }

  void Ran(Run* run, Worker* worker) {
    const auto [id, test] = *worker->current;
    run->ran.insert(test);
    if (run->leases.at(id).back() == test) Done(worker, id);
    worker->current.reset();
    if (!worker->turns.empty()) {
      worker->current = worker->turns.front();
      worker->turns.pop_front();
    }
  }

  void Done(Worker* worker, uint64_t id) {
    v1::WorkerMessage message;
    message.mutable_lease_done()->set_lease_id(id);
    worker->outbox.push_back(message);
  }

  void End(Worker* worker) {
    worker->ended = true;
    v1::WorkerMessage message;
    message.mutable_ended();
    worker->outbox.push_back(message);
  }

  // Opens leases until there is a test. False: there is none.
  bool Fill(Run* run, Worker* worker) {
    while (worker->turns.empty() && !worker->leases.empty()) {
      const uint64_t id = worker->leases.front();
      worker->leases.pop_front();
      for (const int test : run->leases.at(id)) worker->turns.emplace_back(id, test);
      if (run->leases.at(id).empty()) Done(worker, id);
    }
    return !worker->turns.empty();
  }

  std::optional<std::pair<uint64_t, int>> Next(Run* run, Worker* worker) {
    if (!Fill(run, worker)) return std::nullopt;
    const auto next = worker->turns.front();
    worker->turns.pop_front();
    return next;
  }

  void GiveBack(Worker* worker, uint64_t id) {
    const auto lease = std::find(worker->leases.begin(), worker->leases.end(), id);
    v1::WorkerMessage message;
    message.mutable_returned()->set_lease_id(id);
    message.mutable_returned()->set_whole(lease != worker->leases.end());
    if (lease != worker->leases.end()) worker->leases.erase(lease);
    worker->outbox.push_back(message);
  }

  std::mt19937 random_;
  size_t slots_ = 1;
  std::optional<SlotShare> share_;
  std::vector<std::unique_ptr<Run>> runs_;
  int cut_ = 0;
  size_t most_ = 0;
};

TEST(TurnstileModelTest, NeverMoreThanTheSlotsAndAlwaysToTheEnd) {
  int cut = 0;
  int full = 0;
  for (uint32_t seed = 1; seed <= 500 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Model model(seed);
    model.Play();
    cut += model.cut();
    full += model.most() == model.slots();
  }
  // Many of the random runs were cut short, and many filled all slots.
  EXPECT_GT(cut, 10);
  EXPECT_GT(full, 300);
}

}  // namespace
}  // namespace fastest::agent
