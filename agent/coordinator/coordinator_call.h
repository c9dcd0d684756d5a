// One call within a conversation with a coordinator: whether messages may be written now, and whether anybody still
// listens to it.
#ifndef FASTEST_AGENT_COORDINATOR_COORDINATOR_CALL_H_
#define FASTEST_AGENT_COORDINATOR_COORDINATOR_CALL_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/coordinator/transport.h"
#include "base/state.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread; owned by the conversation, which destroys it in OnCallDone.
class CoordinatorCall final : private Transport::Listener {
 public:
  // The conversation. A dropped call tells it nothing but OnCallDone.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnMessage(v1::CoordinatorMessage message) = 0;
    virtual void OnWritten() = 0;
    // Last call.
    virtual void OnCallDone(CoordinatorCall* call, const absl::Status& status) = 0;
  };
  // kGreets → kGoesOn; from either → kDropped.
  enum class Stage {
    kGreets,   // The coordinator has not said where it stands: only the greeting is written.
    kGoesOn,   // Messages are written.
    kDropped,  // Cancelled: what it still says is ignored.
  };
  // kFree → kUnderWay → kFree; from either → kOver.
  enum class Writes {
    kFree,
    kUnderWay,
    kOver,  // Closed by this side, or broken.
  };
  friend constexpr bool MayFollow(Stage from, Stage to) { return from < to; }
  friend constexpr bool MayFollow(Writes from, Writes to) { return from != to && from != Writes::kOver; }

  // Starts the call with a greeting. `owner` outlives it.
  CoordinatorCall(Owner* owner, std::unique_ptr<Transport> transport, v1::AgentMessage greeting, absl::Time now);

  absl::Time opened_at() const { return opened_at_; }
  bool greets() const { return stage_ == Stage::kGreets; }
  // The coordinator has said where it stands, or need not.
  void GoOn();

  bool MayWrite() const { return stage_ == Stage::kGoesOn && writes_ == Writes::kFree; }
  // Precondition: MayWrite().
  void Write(v1::AgentMessage message);
  // No message follows. Precondition: MayWrite().
  void CloseWrites();

  void Cancel() { transport_->Cancel(); }
  // Cancels it, and ignores what it still says. Once.
  void Drop();

 private:
  void OnMessage(v1::CoordinatorMessage message) override;
  void OnWritten(bool ok) override;
  void OnDone(const absl::Status& status) override;

  Owner* const owner_;
  const std::unique_ptr<Transport> transport_;
  const absl::Time opened_at_;
  State<Stage> stage_{Stage::kGreets};
  State<Writes> writes_{Writes::kFree};
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_COORDINATOR_CALL_H_
