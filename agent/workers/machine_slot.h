// A number that one worker of this machine has for itself: FASTEST_SLOT, by which tests choose a port or a database.
#ifndef FASTEST_AGENT_WORKERS_MACHINE_SLOT_H_
#define FASTEST_AGENT_WORKERS_MACHINE_SLOT_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {

// Held as long as the object lives; given back by the kernel if the process dies. Move-only.
class MachineSlot {
 public:
  // Holds nothing.
  MachineSlot() = default;

  // The lowest number that is free. Known to all agents of the machine, whoever runs them: the numbers are names of abstract Unix
  // sockets, of which the kernel gives each away once. (In a network namespace of its own a process is a machine of its own.)
  // ResourceExhausted: the system has no descriptors, or all numbers are taken.
  static absl::StatusOr<MachineSlot> Take();

  uint32_t number() const { return number_; }

 private:
  MachineSlot(uint32_t number, UniqueFd socket) : number_(number), socket_(std::move(socket)) {}

  uint32_t number_ = 0;
  UniqueFd socket_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_MACHINE_SLOT_H_
