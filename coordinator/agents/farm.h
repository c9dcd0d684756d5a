// A run's agents on other machines: dials those of --agents, lets those come that dial in, and tells the run who there
// is. Who can't be had is named, and the run goes on with the others.
#ifndef FASTEST_COORDINATOR_AGENTS_FARM_H_
#define FASTEST_COORDINATOR_AGENTS_FARM_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/net/transport_security.h"
#include "coordinator/agents/agent_gateway.h"
#include "coordinator/agents/agent_list.h"
#include "coordinator/request/farm_request.h"
#include "coordinator/run/run.h"

namespace fastest::agents {

// Belongs to the run's thread.
class Farm final : public run::AgentPort {
 public:
  // Takes one line for the user.
  using Note = std::function<void(const std::string&)>;

  // Opens the port and begins to dial. `single_session`: one slot of one agent is to do everything. InvalidArgument:
  // options that can't be used; Unavailable: the port can't be had.
  static absl::StatusOr<std::unique_ptr<Farm>> Open(const request::FarmRequest& options, bool single_session,
                                                    Note note);
  ~Farm() override;

  // The files that the agents must have as they are here, by node ids of test modules: these and the conftest.py files
  // above them.
  void ExpectFiles(const std::vector<std::string>& modules);

  // Waits for the first agents (--min-agents), for --wait-agents and at most until `deadline`. Gives the number of
  // their slots. Unavailable: none came; the text says why of each. DeadlineExceeded: the same, at the deadline.
  // Cancelled: the user has interrupted.
  absl::StatusOr<int> Gather(absl::Time deadline = absl::InfiniteFuture());

  // One turn after the other until the run is done, with `between_turns` called after each. Once, after Gather().
  void Drive(run::Run& run, const std::function<void()>& between_turns);

  // After the run has told them to end: waits a moment for the agents to go in good order.
  void End();

  // AgentPort
  void Send(int agent, const v1::CoordinatorMessage& message) override;

 private:
  // An address that is dialled.
  struct Place {
    // Of the stream to it; -1: there is none now.
    int agent = -1;
    bool listed = true;
    // Will never be of use to this run.
    bool barred = false;
    bool tried = false;
    absl::Time next_try = absl::InfinitePast();
    absl::Duration wait = absl::Milliseconds(500);
    std::string why;
  };

  Farm(const request::FarmRequest& options, bool single_session, Note note, TransportSecurity security);
  // What the start of the run says to all agents alike.
  void ShareStart();
  void DialWhatIsDue();
  void ReadList();
  void Handle(AgentEvent& event, run::Run* run);
  // Names the rootdir in a worker's `ready` as it is called on this machine: paths are shown relative to where the user
  // is.
  void AsHere(v1::AgentMessage::Event* event) const;
  void OnJoined(const AgentEvent& event, run::Run* run);
  void OnGone(const AgentEvent& event, run::Run* run);
  void OnRefused(const AgentEvent& event, run::Run* run);
  void OnBroken(const AgentEvent& event, run::Run& run);
  void OnDraining(const AgentEvent& event, run::Run& run);
  // It won't be dialled again.
  void Bar(int agent, const std::string& why);
  // Says so once.
  void SayWhyNot(const std::string& who, const std::string& why);
  std::string UniqueName(const v1::AgentMessage::Hello& hello) const;
  // Another agent may come.
  bool MayHope() const;
  // The same, for a run that has none left: hope ends a lease after the last one has gone.
  bool MayWait();
  std::string WhyNone() const;

  const request::FarmRequest options_;
  const bool single_session_;
  const Note note_;
  const TransportSecurity security_;
  RealClock clock_;
  AgentGateway gateway_;
  // Keeps the agents' leases alive however busy the run's thread is.
  absl::Notification stop_beat_;
  std::thread beat_;
  std::optional<AgentList> list_;
  absl::Time next_read_ = absl::InfinitePast();
  std::map<std::string, Place> places_;
  std::vector<v1::CoordinatorMessage::FileDigest> files_;

  // Those that have joined and not left.
  std::map<int, v1::AgentMessage::Hello> present_;
  // Of these, those that take part in the run.
  std::set<int> in_run_;
  // Of these, those that are out of reach.
  std::set<int> broken_;
  absl::Time none_since_ = absl::InfiniteFuture();
  std::set<std::string> said_;
  // Named to the user and not yet to the run: agent and reason.
  std::vector<std::pair<std::string, std::string>> refused_;
};

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_FARM_H_
