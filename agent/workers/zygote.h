// The process that has pytest loaded and forks workers (docs/worker_protocol.md, "Control channel").
#ifndef FASTEST_AGENT_WORKERS_ZYGOTE_H_
#define FASTEST_AGENT_WORKERS_ZYGOTE_H_

#include <sys/types.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/workers/waits.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "base/process/frame_channel.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/state.h"

namespace fastest::agent {

// Lives on the loop's thread. The destructor kills what still runs.
class Zygote {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnForked(const std::string& worker_id, pid_t pid) = 0;
    // `wait_status` as waitpid gives it. The process's group may have members left; the zygote ends them.
    virtual void OnExited(const std::string& worker_id, int wait_status, const std::string& last_import) = 0;
    // Last call: the zygote has ended, and its workers are dead. OK: it was asked to. NotFound, FailedPrecondition: it
    // never was of use, and the message tells the user why and what to do. DeadlineExceeded: the same, and another one
    // would take as long. Aborted: it died later, or did not answer and was killed.
    virtual void OnZygoteEnded(const absl::Status& why) = 0;
    // The answer to Begin(). Empty: forks are welcome. Else the zygote is of no use, since it is not as a new one would
    // be; `stale` says why, for a log.
    virtual void OnZygoteBegun(const std::string& stale) = 0;
    // The answer to Clear().
    virtual void OnZygoteCleared() = 0;
  };

  struct Options {
    // A path, or a name to be looked up on PATH.
    std::string python;
    // The folder fastest_runner.
    std::string runner;
    // The directory in which Python starts: relative entries of PYTHONPATH count from there. Empty: this process's own.
    std::string working_dir;
    // Changes to this process's own variables: see WithVariables.
    std::vector<std::string> environment;
    // `environment` is the whole environment, "NAME=VALUE" each.
    bool whole_environment = false;
    // The zygote serves run after run: it remembers what it started from, for Begin().
    bool keep = false;
    // With `keep`: RunSpec.preload of the run that the zygote is started for.
    std::vector<std::string> preload;
    // How long the interpreter may take to start and to load pytest.
    absl::Duration start_limit = absl::Minutes(2);
    // How long the zygote may take for a fork, and to tell of the end of a worker that it has killed. Who does not do
    // that is frozen, and is killed.
    absl::Duration answer_limit = absl::Seconds(10);
    // How long the zygote may take to end when it is asked to.
    absl::Duration end_limit = absl::Seconds(5);
  };
  // kServes → kDeaf → kAsked; kServes → kAsked.
  enum class Life {
    kServes,  // It loads pytest, or takes forks.
    kDeaf,    // Its end of the control channel is closed: it is about to exit, though nobody asked it to.
    kAsked,   // It was asked to end.
  };
  friend constexpr bool MayFollow(Life from, Life to) { return from < to; }

  // NotFound: there is no such directory here.
  static absl::Status MayStartIn(const std::string& working_dir);

  // Starts the process and returns at once. Forks may be asked for right away, and are done when pytest is loaded.
  // Later errors come through the listener. `loop` and `clock` outlive this.
  static absl::StatusOr<std::unique_ptr<Zygote>> Start(const Options& options, EventLoop* loop, Clock* clock);
  ~Zygote();
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;

  // pytest must be loaded by `when`, if that is sooner than Options::start_limit says.
  void MustBeReady(absl::Time when);

  // Before the loop runs on. The listener outlives this, or is taken away by nullptr.
  void set_listener(Listener* listener) { listener_ = listener; }

  // Forks a worker that gets these descriptors: its channel, its stdout, its stderr.
  void Fork(const std::string& worker_id, UniqueFd channel, UniqueFd out, UniqueFd err);
  // Another run, which takes place in `directory` and whose workers get `environment` ("NAME=VALUE" each). `preload` is
  // its RunSpec.preload. OnZygoteBegun follows. Precondition: Options::keep, no workers.
  void Begin(const std::vector<std::string>& environment, const std::string& directory,
             const std::vector<std::string>& preload);
  // Ends all processes that the run's workers have left behind; OnZygoteCleared follows, or OnZygoteEnded. Then loads
  // what may be loaded of the run's `preload`. Precondition: no workers.
  void Clear();
  // SIGKILL to the worker and its process group; OnExited follows, or OnZygoteEnded. A worker that has exited is
  // ignored.
  void Kill(const std::string& worker_id);
  // Ends the zygote and all its workers; OnZygoteEnded follows. Without workers it ends at once. Processes that workers
  // have left behind then come to this process, which is a subreaper and ends them (EndAllChildren).
  void End(bool has_workers);

  pid_t pid() const { return process_.pid(); }
  const std::string& python() const { return options_.python; }
  // Whether the zygote has said that pytest is loaded.
  bool ready() const { return ready_; }

 private:
  // A process that has been started, and this side's ends of its channel and its output.
  struct Parts {
    Subprocess process;
    FrameChannel control;
    UniqueFd output;
  };

  Zygote(Options options, EventLoop* loop, Clock* clock, Parts parts);

  void Send(const std::string& json, std::vector<UniqueFd> fds = {});
  void WatchControl();
  void OnControl(uint32_t events);
  void OnControlEnd();
  void OnFrame(const std::string& frame);
  void ReadOutput();
  // Waits for an answer with this name. Without one in time the zygote is killed, and with it its workers.
  void Await(const std::string& answer);
  void Came(const std::string& answer);
  void SetAnswerTimer();
  void OnStartLimit();
  // After the end of the control channel: waits for the exit, and kills the process at `limit`.
  void AwaitExit(absl::Time limit);
  void Ended(const std::string& how);
  absl::Status WhyEnded(const std::string& how) const;

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  Listener* listener_ = nullptr;
  Subprocess process_;
  FrameChannel control_;
  // Its stdout and stderr: nothing comes there as long as all is well.
  UniqueFd output_;
  std::string output_tail_;
  bool ready_ = false;
  State<Life> life_{Life::kServes};
  // Why it could not begin, in its own words.
  std::string failure_;
  const absl::Time started_at_;
  // When pytest must be loaded.
  absl::Time must_be_ready_;
  bool too_slow_ = false;
  Waits answers_;
  EventLoop::TimerId answer_timer_ = 0;
  // Workers that it was asked to fork. It does so when pytest is loaded.
  std::set<std::string> forks_;
  // Readable when the process has exited.
  UniqueFd exit_;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_ZYGOTE_H_
