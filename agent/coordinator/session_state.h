// Where a run stands on an agent: how far it has come, whether its stream is open, whether Python has ended. Pure.
// CoordinatorSession (coordinator_session.h) does what follows from it.
#ifndef FASTEST_AGENT_COORDINATOR_SESSION_STATE_H_
#define FASTEST_AGENT_COORDINATOR_SESSION_STATE_H_

#include "base/state.h"

namespace fastest::agent {

// The coordinator may say everything at any time and twice: what its messages bring about is never an illegal
// transition.
class SessionState {
 public:
  // kNone → kUnderWay; then from each to any later one.
  enum class Run {
    kNone,
    kUnderWay,
    kCutOff,   // The coordinator has had all workers killed.
    kLeaving,  // This agent finishes the tests that run, and takes no more.
    kEnding,   // The coordinator has ended the run.
  };
  // kNone → kOpen → kDone; kNone → kDone.
  enum class Stream { kNone, kOpen, kDone };
  friend constexpr bool MayFollow(Run from, Run to) { return from == Run::kNone ? to == Run::kUnderWay : from < to; }
  friend constexpr bool MayFollow(Stream from, Stream to) { return from < to; }

  // A run begins. Once.
  void Greet() { run_.To(Run::kUnderWay); }
  void CutOff() { Advance(Run::kCutOff); }
  // Returns whether there was a run to leave, and it was not being left already.
  bool Leave() {
    if (stream_ == Stream::kDone || run_ >= Run::kLeaving) return false;
    run_.To(Run::kLeaving);
    return true;
  }
  void EndRun() { Advance(Run::kEnding); }

  // Once.
  void OpenStream() { stream_.To(Stream::kOpen); }
  void StreamDone() {
    if (stream_ != Stream::kDone) stream_.To(Stream::kDone);
  }
  void PythonEnded() { python_ended_ = true; }

  // A run has begun.
  bool greeted() const { return run_ != Run::kNone; }
  // Neither side has ended the run.
  bool under_way() const { return greeted() && run_ != Run::kEnding && stream_ != Stream::kDone; }
  bool leaving() const { return run_ == Run::kLeaving; }
  // Workers that end now were told to.
  bool ends_are_wanted() const { return run_ >= Run::kCutOff; }
  // Nothing is left to say once the workers have gone.
  bool closes_without_workers() const { return run_ >= Run::kLeaving && stream_ == Stream::kOpen; }
  bool stream_done() const { return stream_ == Stream::kDone; }
  bool over() const { return stream_done() && python_ended_; }

 private:
  void Advance(Run to) {
    if (run_ < to) run_.To(to);
  }

  State<Run> run_{Run::kNone};
  State<Stream> stream_{Stream::kNone};
  bool python_ended_ = false;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_SESSION_STATE_H_
