// Where a run's workers stand as a whole: the run, the zygote that was kept from an earlier run, and the end. Pure.
// WorkerPool (worker_pool.h) does what follows from it.
#ifndef FASTEST_AGENT_WORKERS_POOL_STATE_H_
#define FASTEST_AGENT_WORKERS_POOL_STATE_H_

#include <cstddef>

#include "base/state.h"

namespace fastest::agent {

// Three axes that do not depend on each other.
class PoolState {
 public:
  // kAwaited → kBegun → kRefused.
  enum class Run {
    kAwaited,
    kBegun,
    kRefused,  // The coordinator was told that this agent cannot do the run.
  };
  // kUnasked → kAsked → kUnasked → kClearing → kCleared.
  enum class Zygote {
    kUnasked,   // It serves the run, or no run has begun.
    kAsked,     // It was kept, and was asked whether it will do for this run: the workers wait for its answer.
    kClearing,  // After the run it ends what the workers have left behind.
    kCleared,   // It may serve another run.
  };
  // kOpen → kClosed → kDraining → kEnding → kGone; from each to any later one, but to kGone only from kEnding.
  enum class End {
    kOpen,
    kClosed,    // No worker is started any more.
    kDraining,  // Moreover, the pool ends when the last worker has gone.
    kEnding,    // All workers were killed.
    kGone,      // The coordinator's session was told that all workers have gone.
  };
  friend constexpr bool MayFollow(Run from, Run to) {
    return from == Run::kAwaited ? to == Run::kBegun : from == Run::kBegun && to == Run::kRefused;
  }
  friend constexpr bool MayFollow(Zygote from, Zygote to) {
    switch (from) {
      case Zygote::kUnasked:
        return to == Zygote::kAsked || to == Zygote::kClearing;
      case Zygote::kAsked:
        return to == Zygote::kUnasked;
      case Zygote::kClearing:
        return to == Zygote::kCleared;
      case Zygote::kCleared:
        return false;
    }
    return false;
  }
  friend constexpr bool MayFollow(End from, End to) { return from < to && (to != End::kGone || from == End::kEnding); }

  // Once.
  void BeginRun() { run_.To(Run::kBegun); }
  // Returns whether the run was not refused before. Precondition: begun().
  bool Refuse() {
    if (refused()) return false;
    run_.To(Run::kRefused);
    return true;
  }

  // Once, with the beginning of the run.
  void AskZygote() { zygote_.To(Zygote::kAsked); }
  // The zygote has answered, or never will. Returns whether it was asked.
  bool Answered() {
    if (!asking()) return false;
    zygote_.To(Zygote::kUnasked);
    return true;
  }
  // Precondition: ending(), not asking().
  void ClearZygote() { zygote_.To(Zygote::kClearing); }
  // Returns whether the zygote was to clear itself.
  bool Cleared() {
    if (zygote_ != Zygote::kClearing) return false;
    zygote_.To(Zygote::kCleared);
    return true;
  }

  void Close() { Advance(End::kClosed); }
  void Drain() { Advance(End::kDraining); }
  // Returns whether the pool was not ending before.
  bool BeginEnd() {
    if (ending()) return false;
    end_.To(End::kEnding);
    return true;
  }
  // Returns whether that is still to be told. `workers`: how many are left.
  bool TellGone(size_t workers) {
    if (end_ != End::kEnding || workers > 0) return false;
    end_.To(End::kGone);
    return true;
  }

  bool begun() const { return run_ != Run::kAwaited; }
  bool refused() const { return run_ == Run::kRefused; }
  bool asking() const { return zygote_ == Zygote::kAsked; }
  bool cleared() const { return zygote_ == Zygote::kCleared; }
  // Workers may be started.
  bool open() const { return end_ == End::kOpen; }
  bool draining() const { return end_ == End::kDraining; }
  bool ending() const { return end_ >= End::kEnding; }

 private:
  void Advance(End to) {
    if (end_ < to) end_.To(to);
  }

  State<Run> run_{Run::kAwaited};
  State<Zygote> zygote_{Zygote::kUnasked};
  State<End> end_{End::kOpen};
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_POOL_STATE_H_
