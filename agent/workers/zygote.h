// The process that has pytest loaded and forks workers (docs/worker_protocol.md, "Control channel").
#ifndef FASTEST_AGENT_WORKERS_ZYGOTE_H_
#define FASTEST_AGENT_WORKERS_ZYGOTE_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "base/process/frame_channel.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {

// Lives on the loop's thread. The destructor kills what still runs.
class Zygote {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnForked(const std::string& worker_id, pid_t pid) = 0;
    // `wait_status` as waitpid gives it. The process's group may have members left; the zygote ends them.
    virtual void OnExited(const std::string& worker_id, int wait_status) = 0;
    // It has ended, asked to (OK) or not; no other call follows. NotFound, FailedPrecondition: it never was of use, and
    // the message tells the user why and what to do; Aborted: it died later. Its workers are dead.
    virtual void OnZygoteEnded(const absl::Status& why) = 0;
    // The answer to Begin(). Empty: forks are welcome. Else it is not as a new one would be (why is for a log), and of no use.
    virtual void OnZygoteBegun(const std::string& stale) = 0;
    // The answer to Clear().
    virtual void OnZygoteCleared() = 0;
  };

  struct Options {
    // A path, or a name to be looked up on PATH.
    std::string python;
    // The folder fastest_runner.
    std::string runner;
    // In which Python starts: relative entries of PYTHONPATH count from there. Empty: this process's own.
    std::string working_dir;
    // Changes to this process's own variables: see WithVariables.
    std::vector<std::string> environment;
    // `environment` is all of it, "NAME=VALUE" each.
    bool whole_environment = false;
    // It is to serve run after run: remembers where it came from, for Begin().
    bool keep = false;
    // With `keep`: RunSpec.preload of the run that it is started for.
    std::vector<std::string> preload;
    // How long it may take to end when it is asked to.
    absl::Duration end_limit = absl::Seconds(5);
  };

  // NotFound: there is no such directory here.
  static absl::Status MayStartIn(const std::string& working_dir);

  // Starts the process and returns at once: forks may be asked for right away, and are done when pytest is loaded.
  // Whatever goes wrong later comes through the listener. `loop` and `clock` outlive this.
  static absl::StatusOr<std::unique_ptr<Zygote>> Start(const Options& options, EventLoop* loop, Clock* clock);
  ~Zygote();
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;

  // Before the loop runs on. The listener outlives this, or is taken away by nullptr.
  void set_listener(Listener* listener) { listener_ = listener; }

  // Forks a worker that gets these descriptors: its channel, its stdout, its stderr.
  void Fork(const std::string& worker_id, UniqueFd channel, UniqueFd out, UniqueFd err);
  // Another run, which takes place in `directory` and whose workers get `environment` ("NAME=VALUE" each) for their own. `preload` is its
  // RunSpec.preload. OnZygoteBegun follows. Precondition: Options::keep, no workers.
  void Begin(const std::vector<std::string>& environment, const std::string& directory,
             const std::vector<std::string>& preload);
  // Ends whatever the run's workers have left behind; OnZygoteCleared follows, or OnZygoteEnded. Then loads what may be loaded of the
  // run's `preload`. Precondition: no workers.
  void Clear();
  // SIGKILL to the worker and its process group. One that has exited is ignored.
  void Kill(const std::string& worker_id);
  // Ends it and all its workers; OnZygoteEnded follows. If it has none it ends at once, and what they left behind comes
  // to this process, which is a subreaper and ends it (EndAllChildren).
  void End(bool has_workers);

  pid_t pid() const { return process_.pid(); }
  const std::string& python() const { return options_.python; }
  // Whether it has said that pytest is loaded.
  bool ready() const { return ready_; }

 private:
  Zygote(Options options, EventLoop* loop, Clock* clock, Subprocess process, FrameChannel control, UniqueFd output);

  void Send(const std::string& json, std::vector<UniqueFd> fds = {});
  void WatchControl();
  void OnControl(uint32_t events);
  void OnFrame(const std::string& frame);
  void ReadOutput();
  // After the end of the control channel: waits for the process.
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
  bool ending_ = false;
  // Its end of the control channel is closed.
  bool deaf_ = false;
  // What it said when it could not begin.
  std::string failure_;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_ZYGOTE_H_
