#include "coordinator/commands/runs/own_program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <optional>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/process/executable.h"
#include "base/process/interrupts.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

// How soon the child's end, or a signal, is seen.
constexpr absl::Duration kTurn = absl::Milliseconds(5);

}  // namespace

ScratchFolder::ScratchFolder() {
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "fastest-run-XXXXXX").string();
  if (!error && mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

absl::Status ScratchFolder::status() const {
  if (!path_.empty()) return absl::OkStatus();
  return absl::UnavailableError("no temporary folder can be made (TMPDIR says where)");
}

absl::StatusOr<int> RunOwnProgram(const std::vector<std::string>& args) {
  SubprocessOptions options;
  ASSIGN_OR_RETURN(const std::string own, OwnExecutable());
  options.argv = {own};
  options.argv.insert(options.argv.end(), args.begin(), args.end());
  const UniqueFd nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; fd < 3; ++fd) options.fds.push_back({nowhere.get(), fd});
  // Keys pressed in the terminal are this process's to pass on, once: a second signal would cut the child's own end short.
  options.new_session = true;
  options.parent_death_signal = SIGTERM;
  HandleInterrupts(0, kInterrupted);
  ASSIGN_OR_RETURN(Subprocess process, Subprocess::Spawn(options));
  std::optional<int> status = process.TryWait();
  for (bool told = false; !status.has_value(); status = process.TryWait()) {
    if (Interrupted() && !told) {
      process.Kill(SIGTERM);
      told = true;
    }
    absl::SleepFor(kTurn);
  }
  if (Interrupted()) return absl::CancelledError("interrupted");
  if (!WIFEXITED(*status)) return absl::UnavailableError("Fastest ended with " + DescribeWaitStatus(*status));
  return WEXITSTATUS(*status);
}

}  // namespace fastest::commands
