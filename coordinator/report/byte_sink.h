// Where a report's bytes go. Reporters write through this narrow interface, so that tests need no files.
#ifndef FASTEST_COORDINATOR_REPORT_BYTE_SINK_H_
#define FASTEST_COORDINATOR_REPORT_BYTE_SINK_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/process/unique_fd.h"

namespace fastest::report {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Writes all of `bytes`, or says why not: one line that names the file.
  virtual absl::Status Write(std::string_view bytes) = 0;
  // Last call: the report is complete. A sink that goes away without it leaves an unfinished file behind, or none.
  virtual absl::Status Close() = 0;
};

// Writes to a descriptor at once. The process must ignore SIGPIPE for a closed pipe to become an error.
class DescriptorSink : public ByteSink {
 public:
  // Takes over `fd`. `name` is what errors call it.
  DescriptorSink(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  absl::Status Write(std::string_view bytes) override;
  absl::Status Close() override;

 private:
  UniqueFd fd_;
  const std::string name_;
};

// A file that is written from its beginning as the run goes on; "-" is standard output. Makes missing parent directories.
// Errors: NotFound, PermissionDenied …, naming the path.
absl::StatusOr<std::unique_ptr<ByteSink>> OpenReportFile(const std::string& path);

// A file that appears as a whole or not at all: it is written beside `path` and renamed by Close. Missing parent directories are
// made as pytest makes them. Errors come with the first Write.
std::unique_ptr<ByteSink> MakeReplacedFile(const std::string& path);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_BYTE_SINK_H_
