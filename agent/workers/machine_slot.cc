#include "agent/workers/machine_slot.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace fastest::agent {
namespace {

constexpr uint32_t kMostSlots = 65536;

}  // namespace

absl::StatusOr<MachineSlot> MachineSlot::Take() {
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return absl::ResourceExhaustedError(absl::StrCat("no socket for a worker: ", strerror(errno)));
  for (uint32_t number = 0; number < kMostSlots; ++number) {
    // The leading zero makes the socket abstract: there is no file.
    const std::string name = absl::StrCat("fastest-slot-", number);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) {
      return MachineSlot(number, std::move(fd));
    }
    if (errno != EADDRINUSE) {
      return absl::ResourceExhaustedError(absl::StrCat("no number for a worker: ", strerror(errno)));
    }
  }
  return absl::ResourceExhaustedError(absl::StrCat(kMostSlots, " workers run on this machine already"));
}

}  // namespace fastest::agent
