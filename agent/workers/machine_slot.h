// A number that one worker of this machine has for itself: FASTEST_SLOT. Tests choose a port or a database by it.
#ifndef FASTEST_AGENT_WORKERS_MACHINE_SLOT_H_
#define FASTEST_AGENT_WORKERS_MACHINE_SLOT_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {

// Held as long as the object lives. The kernel gives the number back if the process dies. Move-only.
class MachineSlot {
 public:
  // Holds nothing.
  MachineSlot() = default;

  // The lowest free number. All agents of the machine share the numbers, whoever runs them: a number is the name of an
  // abstract Unix socket, and the kernel gives each name away once. (A process in a network namespace of its own is on
  // a machine of its own.) ResourceExhausted: the system has no descriptors, or all numbers are taken.
  static absl::StatusOr<MachineSlot> Take();

  uint32_t number() const { return number_; }

 private:
  MachineSlot(uint32_t number, UniqueFd socket) : number_(number), socket_(std::move(socket)) {}

  uint32_t number_ = 0;
  UniqueFd socket_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_MACHINE_SLOT_H_
