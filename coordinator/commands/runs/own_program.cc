#include "coordinator/commands/runs/own_program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <optional>

#include "absl/time/time.h"
#include "base/process/executable.h"
#include "base/process/interrupts.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"
#include "proto/exit_code.h"

namespace fastest::commands {

ScratchFolder::ScratchFolder() {
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "fastest-run-XXXXXX").string();
  if (!error && mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  // What stays behind lies in the folder for temporary files.
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
  // This process passes on keys pressed in the terminal, and once: a second signal would cut the child's own end short.
  options.new_session = true;
  options.parent_death_signal = SIGTERM;
  HandleInterrupts(0, kInterrupted);
  ASSIGN_OR_RETURN(Subprocess process, Subprocess::Spawn(options));
  std::optional<int> status = process.WaitUntil(absl::InfiniteFuture(), InterruptFd());
  if (!status.has_value()) {
    process.Kill(SIGTERM);
    status = process.Wait();
  }
  if (Interrupted()) return absl::CancelledError("interrupted");
  if (!WIFEXITED(*status)) return absl::UnavailableError("Fastest ended with " + DescribeWaitStatus(*status));
  return WEXITSTATUS(*status);
}

}  // namespace fastest::commands
