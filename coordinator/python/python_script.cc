#include "coordinator/python/python_script.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/executable.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"

namespace fastest::python {
namespace {

constexpr int kAnswerFd = 3;
constexpr int64_t kLongestPollMs = 60000;

// Reads until the other end is closed, at most until `deadline`. False: the deadline came first.
bool ReadAll(int fd, absl::Time deadline, std::string* text) {
  char buffer[4096];
  while (true) {
    pollfd wanted = {fd, POLLIN, 0};
    const int64_t left_ms = std::clamp<int64_t>(absl::ToInt64Milliseconds(deadline - absl::Now()), 0, kLongestPollMs);
    const int ready = poll(&wanted, 1, static_cast<int>(left_ms));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && absl::Now() < deadline) continue;
    if (ready == 0) return false;
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    text->append(buffer, static_cast<size_t>(size));
  }
}

// `python -c` puts "" in front of sys.path, unless it runs in safe mode.
constexpr char kAsCommand[] = "import sys\nsys.path[:] = [path for path in sys.path if path]\n";
constexpr char kAsModule[] = "import os, sys\nif sys.path and not sys.path[0]: sys.path[0] = os.getcwd()\n";

}  // namespace

absl::Status NoInterpreter(const std::string& python, const absl::Status& why) {
  return absl::NotFoundError(
      absl::StrCat("no Python interpreter ", python, " (", std::string(why.message()), "): give one with --python"));
}

absl::StatusOr<std::string> AskPython(const Question& question) {
  const std::string& python = question.python.path;
  if (const absl::Status found = FindProgram(python).status(); !found.ok()) return NoInterpreter(python, found);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::UnavailableError(absl::StrCat("can't make a pipe: ", strerror(errno)));
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  SubprocessOptions options;
  options.argv = {python, "-c", absl::StrCat(question.python.as_module ? kAsModule : kAsCommand, question.script)};
  options.argv.insert(options.argv.end(), question.args.begin(), question.args.end());
  options.working_dir = question.working_dir;
  options.fds.push_back({writer.get(), kAnswerFd});
  const absl::Time deadline = absl::Now() + question.limit;
  ASSIGN_OR_RETURN(Subprocess process, Subprocess::Spawn(options));
  writer.reset();
  std::string answer;
  const bool closed = ReadAll(reader.get(), deadline, &answer);
  const std::optional<int> status = closed ? process.WaitUntil(deadline) : std::nullopt;
  if (status == 0) return answer;
  if (!status.has_value()) process.Kill(SIGKILL);
  const std::string how = status.has_value() ? absl::StrCat("it ended with ", DescribeWaitStatus(*status))
                                             : absl::StrCat("no answer for ", absl::FormatDuration(question.limit));
  return absl::UnavailableError(absl::StrCat(python, " can't ", question.task, ": ", how));
}

}  // namespace fastest::python
