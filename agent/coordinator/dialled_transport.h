// A call that the agent makes to a coordinator.
#ifndef FASTEST_AGENT_COORDINATOR_DIALLED_TRANSPORT_H_
#define FASTEST_AGENT_COORDINATOR_DIALLED_TRANSPORT_H_

#include <memory>
#include <string>

#include "agent/coordinator/transport.h"
#include "base/net/transport_security.h"
#include "base/process/event_loop.h"

namespace fastest::agent {

// Calls AgentRendezvous.Join at `address` ("unix:PATH" or HOST:PORT). `loop` and `security` outlive the transport.
std::unique_ptr<Transport> DialCoordinator(const std::string& address, const TransportSecurity* security,
                                           EventLoop* loop);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_DIALLED_TRANSPORT_H_
