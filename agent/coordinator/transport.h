// What carries the messages between an agent and a coordinator: one call, whoever dialled.
#ifndef FASTEST_AGENT_COORDINATOR_TRANSPORT_H_
#define FASTEST_AGENT_COORDINATOR_TRANSPORT_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread; the listener is called there. Destroy it only before Start or after OnDone.
class Transport {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnMessage(v1::CoordinatorMessage message) = 0;
    // The last Write has gone out (`ok`), or never will: the call is broken, and its end follows.
    virtual void OnWritten(bool ok) = 0;
    // Last call.
    virtual void OnDone(const absl::Status& status) = 0;
  };
  // Opens another call to the same coordinator.
  using Dial = std::function<std::unique_ptr<Transport>()>;

  virtual ~Transport() = default;
  // Begins to read. Nothing is told before.
  virtual void Start(Listener* listener) = 0;
  // One at a time: not before the last OnWritten.
  virtual void Write(v1::AgentMessage message) = 0;
  // After the last write. The coordinator then ends the call.
  virtual void CloseWrites() = 0;
  // Ends the call at once; OnDone follows.
  virtual void Cancel() = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_TRANSPORT_H_
