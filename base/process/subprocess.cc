#include "base/process/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/executable.h"
#include "base/process/exit_fd.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"

extern char** environ;

namespace fastest {
namespace {

// Between two looks at a child where the system has no pidfds.
constexpr absl::Duration kExitPoll = absl::Milliseconds(5);

// All that the child needs between fork and exec. Made beforehand: the child may not allocate memory there.
struct ChildPlan {
  const char* program;
  char* const* argv;
  char* const* env;
  const char* working_dir;
  const SubprocessOptions::FdMapping* fds;
  size_t fd_count;
  // Copies of the parents' descriptors, which no descriptor of the child overwrites.
  int* moved;
  int first_free_fd;
  bool new_session;
  bool child_subreaper;
  int parent_death_signal;
  pid_t parent;
  int error_fd;
};

// Sends errno to the parent and ends the child.
[[noreturn]] void Fail(int error_fd) {
  const int error = errno;
  const ssize_t ignored = write(error_fd, &error, sizeof(error));
  _exit(ignored == sizeof(error) ? 127 : 126);
}

// In the child. Only async-signal-safe calls.
[[noreturn]] void RunChild(const ChildPlan& plan) {
  int error_fd = plan.error_fd;
  if (plan.new_session && setsid() < 0) Fail(error_fd);
  if (plan.child_subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) Fail(error_fd);
  if (plan.parent_death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, plan.parent_death_signal) != 0) Fail(error_fd);
    // The parent may have ended before that.
    if (getppid() != plan.parent) _exit(127);
  }
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &by_default, nullptr);

  error_fd = fcntl(error_fd, F_DUPFD_CLOEXEC, plan.first_free_fd);
  if (error_fd < 0) Fail(plan.error_fd);
  for (size_t i = 0; i < plan.fd_count; ++i) {
    plan.moved[i] = fcntl(plan.fds[i].parent_fd, F_DUPFD_CLOEXEC, plan.first_free_fd);
    if (plan.moved[i] < 0) Fail(error_fd);
  }
  for (size_t i = 0; i < plan.fd_count; ++i) {
    if (dup2(plan.moved[i], plan.fds[i].child_fd) < 0) Fail(error_fd);
  }
  if (plan.working_dir != nullptr && chdir(plan.working_dir) != 0) Fail(error_fd);

  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(plan.program, plan.argv, plan.env);
  Fail(error_fd);
}

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

absl::Status SpawnError(const std::string& program, int error, const std::string& working_dir) {
  const std::string text = absl::StrCat("cannot run ", program, ": ", strerror(error));
  if (!working_dir.empty() && access(working_dir.c_str(), X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat("cannot enter ", working_dir, ": ", strerror(errno)));
  }
  // The program itself was found a moment ago.
  if (error == ENOENT && access(program.c_str(), F_OK) == 0) {
    return absl::NotFoundError(absl::StrCat(text, " (the program that its first line names, or its loader)"));
  }
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(text);
  if (error == EACCES || error == ENOEXEC) return absl::PermissionDeniedError(text);
  return absl::InternalError(text);
}

// The children of all threads of this process.
std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  std::ifstream list(absl::StrCat("/proc/self/task/", getpid(), "/children"));
  for (pid_t pid; list >> pid;) children.push_back(pid);
  return children;
}

}  // namespace

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? absl::StrCat("SIG", name) : absl::StrCat("signal ", signal);
}

std::string DescribeWaitStatus(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return sigabbrev_np(signal) != nullptr ? absl::StrCat("signal ", SignalName(signal)) : SignalName(signal);
  }
  return absl::StrCat("exit code ", WEXITSTATUS(wait_status));
}

absl::StatusOr<Subprocess> Subprocess::Spawn(const SubprocessOptions& options) {
  if (options.argv.empty()) return absl::InvalidArgumentError("no program given");
  ASSIGN_OR_RETURN(const std::string program, FindProgram(options.argv[0]));

  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return SpawnError(program, errno, options.working_dir);
  UniqueFd error_in(pipe_ends[0]);
  UniqueFd error_out(pipe_ends[1]);

  std::vector<std::string> words = options.argv;
  // A program that looks for itself looks in PATH, as Python does for sys.executable.
  if (getenv("PATH") == nullptr) words[0] = program;
  const std::vector<char*> argv = Pointers(words);
  std::vector<char*> env;
  if (options.env.has_value()) env = Pointers(*options.env);
  std::vector<int> moved(options.fds.size());
  int first_free_fd = 3;
  for (const auto& mapping : options.fds) first_free_fd = std::max(first_free_fd, mapping.child_fd + 1);

  const ChildPlan plan = {program.c_str(),
                          argv.data(),
                          options.env.has_value() ? env.data() : environ,
                          options.working_dir.empty() ? nullptr : options.working_dir.c_str(),
                          options.fds.data(),
                          options.fds.size(),
                          moved.data(),
                          first_free_fd,
                          options.new_session,
                          options.child_subreaper,
                          options.parent_death_signal,
                          getpid(),
                          error_out.get()};

  // No handler of ours may run in the child.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // _Fork runs no handlers of pthread_atfork: other libraries' locks may be held, and the child needs none of them.
  const pid_t pid = _Fork();
  const int fork_error = errno;
  if (pid == 0) RunChild(plan);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return SpawnError(program, fork_error, options.working_dir);

  Subprocess child(pid);
  error_out.reset();
  int error = 0;
  ssize_t got;
  do {
    got = read(error_in.get(), &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  if (got == sizeof(error)) {
    child.Wait();
    return SpawnError(program, error, options.working_dir);
  }
  return child;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), wait_status_(std::exchange(other.wait_status_, std::nullopt)) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this != &other) {
    End();
    pid_ = std::exchange(other.pid_, -1);
    wait_status_ = std::exchange(other.wait_status_, std::nullopt);
  }
  return *this;
}

Subprocess::~Subprocess() { End(); }

void Subprocess::End() {
  if (pid_ < 0 || wait_status_.has_value()) return;
  Kill(SIGKILL);
  Wait();
}

int Subprocess::Wait() {
  while (!wait_status_.has_value()) {
    int status = 0;
    if (waitpid(pid_, &status, 0) == pid_) {
      wait_status_ = status;
    } else if (errno != EINTR) {
      // Somebody else has reaped the child; how it ended is lost.
      wait_status_ = 0;
    }
  }
  return *wait_status_;
}

std::optional<int> Subprocess::TryWait() {
  if (!wait_status_.has_value()) {
    int status = 0;
    const pid_t got = waitpid(pid_, &status, WNOHANG);
    if (got == pid_) wait_status_ = status;
    if (got < 0 && errno == ECHILD) wait_status_ = 0;
  }
  return wait_status_;
}

std::optional<int> Subprocess::WaitUntil(absl::Time deadline, int other) {
  const UniqueFd exit = OpenExitFd(pid_);
  while (!TryWait().has_value() && absl::Now() < deadline) {
    const absl::Time until = exit.valid() ? deadline : std::min(deadline, absl::Now() + kExitPoll);
    AwaitReadable({exit.get(), other}, until);
    if (AwaitReadable({other}, absl::InfinitePast())) return TryWait();
  }
  return wait_status_;
}

void Subprocess::Kill(int signal) {
  if (pid_ > 0 && !wait_status_.has_value()) kill(pid_, signal);
}

void Subprocess::KillGroup(int signal) {
  if (pid_ > 0 && !wait_status_.has_value()) kill(-pid_, signal);
}

absl::Status BecomeSubreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("prctl(PR_SET_CHILD_SUBREAPER): ", strerror(errno)));
}

void EndAllChildren() {
  for (std::vector<pid_t> children = Children(); !children.empty(); children = Children()) {
    for (const pid_t pid : children) kill(pid, SIGKILL);
    bool reaped = false;
    for (const pid_t pid : children) reaped |= waitpid(pid, nullptr, 0) == pid;
    if (!reaped) return;
  }
}

void EndChildrenExcept(const std::vector<pid_t>& keep) {
  for (const pid_t pid : Children()) {
    if (std::find(keep.begin(), keep.end(), pid) != keep.end()) continue;
    // A child that has become another user's may not be killed, and is not waited for either.
    if (kill(pid, SIGKILL) == 0) waitpid(pid, nullptr, 0);
  }
}

std::vector<std::string> WithVariables(const std::vector<std::string>& variables) {
  const auto name_of = [](const std::string& entry) { return entry.substr(0, entry.find('=')); };
  std::vector<std::string> all;
  for (char** own = environ; *own != nullptr; ++own) {
    const bool changed = std::any_of(variables.begin(), variables.end(),
                                     [&](const std::string& variable) { return name_of(variable) == name_of(*own); });
    if (!changed) all.push_back(*own);
  }
  for (const std::string& variable : variables) {
    if (variable.find('=') != std::string::npos) all.push_back(variable);
  }
  return all;
}

}  // namespace fastest
