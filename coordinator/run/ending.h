// How a run ends: what stopped it, what the user is told about that, and the exit code. Ending is a value. The run
// tells it what happened, by transitions that are named so, and asks it afterwards. Pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_RUN_ENDING_H_
#define FASTEST_COORDINATOR_RUN_ENDING_H_

#include <optional>
#include <string>

#include "coordinator/results/ledger.h"
#include "proto/run.pb.h"

namespace fastest::run {

// What decides the exit code besides the ending and the books.
struct Circumstances {
  // A worker was ready.
  bool started = false;
  // A quarantine has ended, or a flaky test counts as a failure.
  bool fails_by_policy = false;
  // The run is a part of another: a shard, or the rest of an earlier run.
  bool is_part = false;
  // One session, which is pytest's own, ran all tests and knows the last word on each: none was retried, none is in
  // quarantine. Plugins may have a say in its exit status.
  bool one_session = false;
};

class Ending {
 public:
  // What stopped the run first. What comes later does not change it.
  enum class Cause {
    kNone,
    // Enough failures, errors of collection, a session's own word, or the user.
    kAsked,
    kDeadline,
    // More workers died than may be replaced.
    kDeaths,
    // The run could not take place, or not go on.
    kFailure,
  };
  enum class Pace {
    kGoOn,
    // Running tests may end.
    kStop,
    kStopNow,
  };

  // Transitions. Each of these stops the run, and gives the reason for the agents. The first reason stays the run's.
  std::string EnoughFailures(int failures);
  // Before the first test. Sessions that end afterwards say what the errors come to: with -x another exit code.
  std::string CollectionErrors(int errors);
  // In the midst of the run, when a module's items were made.
  std::string LateCollectionError();
  // `worker` has other tests than the worker that was ready first.
  std::string CollectionsDiffer(const std::string& worker);
  // `worker` was one more than the `most` that may be replaced.
  std::string TooManyDeaths(const std::string& worker, int most);
  std::string DeadlineNear(double seconds);
  // By the user. Workers tear their fixtures down and end.
  std::string Interrupt();
  // Precondition: stopped(). Workers are ended, and then the run is.
  void CutOff() { cut_off_ = true; }
  // False if the run has stopped already: the failure is then a consequence, and of no interest.
  bool Fail(int exit_code, const std::string& message);
  // The same for a session in which pytest or a hook failed. After errors of collection that is no consequence.
  bool SessionFailed(int exit_code, const std::string& message);
  // A worker's session has ended; `only`: the run has a single slot. Gives what the run has to do, for the reason that
  // `ended` gives.
  Pace SessionEnded(const v1::WorkerMessage::Ended& ended, bool only);
  // A session broke while it ran tests, by an internal error of pytest's. Its tests go to others.
  void SessionBroke() { session_broke_ = true; }
  // A session hung after its last test, as it would have in pytest.
  void SessionHung() { session_hung_ = true; }
  void PlanShown(bool has_tests);
  // At the end of a run in which no worker was ready. `last_loss` may be empty.
  void NeverStarted(const std::string& last_loss);
  // At the end of a run that left no test without a result.
  void NothingLeft();

  bool stopped() const { return cause_ != Cause::kNone; }
  bool failed() const { return cause_ == Cause::kFailure; }
  bool by_deadline() const { return cause_ == Cause::kDeadline; }
  bool by_user() const { return by_user_; }
  bool cut_off() const { return cut_off_; }
  // pytest.exit or the run itself has named the exit code.
  bool forced() const { return forced_exit_.has_value(); }
  // Nobody waits for what a control session would make of the results.
  bool abandoned() const { return failed() || forced() || by_user_; }
  const std::string& stop_reason() const { return stop_reason_; }
  // The exit status of a session that stops for stop_reason().
  int StopStatus() const;
  // For the user if the run could not take place or not go on: a line, or pytest's own text. Empty otherwise.
  const std::string& failure() const { return failure_; }
  // The same in one line, for a place below the failure itself.
  std::string ShortFailure() const;
  // Why tests have no result. `last_loss`: the last worker or agent that was lost.
  std::string WhyNotRun(const std::string& last_loss) const;

 private:
  friend int ExitCode(const Ending& ending, const results::Books& books, const Circumstances& circumstances);
  std::string Stop(Cause cause, std::string reason);

  Cause cause_ = Cause::kNone;
  bool by_user_ = false;
  bool cut_off_ = false;
  bool interrupted_ = false;
  // Stopped by errors of collection: the sessions know what that comes to, and say it as they end or fail.
  bool sessions_explain_ = false;
  bool session_hung_ = false;
  bool session_broke_ = false;
  // A session ended itself as failed, although its tests may have passed.
  bool session_failed_ = false;
  std::string stop_reason_;
  std::optional<int> forced_exit_;
  // Of a run with a single slot.
  std::optional<int> session_exit_;
  int failure_exit_ = 0;
  std::string failure_;
};

// The run's exit code, without what a control session makes of it. By these rules, the first that holds:
//   the forced exit          of pytest.exit, of workers that disagree, of a plan that is shown
//   the failure's exit       the run could not take place
//   kInterrupted             by the user, or by errors of collection
//   kDeadline                the deadline came before any worker was ready
//   the session's, kNotRun   no worker was ready
//   kNotRun                  the books say so
//   kDeadline                the deadline left tests
//   kNotRun                  deaths left tests, and none failed
//   kInternalError           a session broke, and others have run its tests
//   kTestsFailed             nothing failed, but a policy does
//   kOk                      no tests in a part of a run: whether there are any, the whole run says
//   kTestsFailed             nothing failed, but a session hung at its end
//   the session's            if one session ran everything
//   what the books say
int ExitCode(const Ending& ending, const results::Books& books, const Circumstances& circumstances);

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_ENDING_H_
