#include "coordinator/python/python_script.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/process/executable.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"

namespace fastest::python {
namespace {

constexpr int kAnswerFd = 3;

}  // namespace

absl::StatusOr<std::string> AskPython(const std::string& python, const char* script,
                                      const std::vector<std::string>& args, const std::string& working_dir,
                                      const std::string& task) {
  if (!FindProgram(python).ok()) {
    return absl::NotFoundError(absl::StrCat("no Python interpreter ", python, ": give one with --python"));
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::UnavailableError(absl::StrCat("can't make a pipe: ", strerror(errno)));
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  SubprocessOptions options;
  options.argv = {python, "-c", script};
  options.argv.insert(options.argv.end(), args.begin(), args.end());
  options.working_dir = working_dir;
  options.fds.push_back({writer.get(), kAnswerFd});
  ASSIGN_OR_RETURN(Subprocess process, Subprocess::Spawn(options));
  writer.reset();
  std::string answer;
  char buffer[4096];
  while (true) {
    const ssize_t size = read(reader.get(), buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    answer.append(buffer, static_cast<size_t>(size));
  }
  const int status = process.Wait();
  if (status == 0) return answer;
  return absl::UnavailableError(absl::StrCat(python, " can't ", task, ": it ended with ", DescribeWaitStatus(status)));
}

}  // namespace fastest::python
