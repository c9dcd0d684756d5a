// Where the bytes of a report go. Reporters write through this narrow interface, so their tests need no files.
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
  // Writes all of `bytes`. Errors are one line that names the file.
  virtual absl::Status Write(std::string_view bytes) = 0;
  // The last call: the report is complete. Without it, the sink leaves an unfinished file, or none.
  virtual absl::Status Close() = 0;
};

// Writes to a descriptor at once. The process must ignore SIGPIPE, so that a closed pipe becomes an error. After an
// error a file ends with a whole line of what was written.
class DescriptorSink : public ByteSink {
 public:
  // Takes over `fd`. Errors call the file `name`.
  DescriptorSink(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  absl::Status Write(std::string_view bytes) override;
  absl::Status Close() override;

 private:
  UniqueFd fd_;
  const std::string name_;
};

// A file that is written from its beginning while the run goes on. "-" is standard output. Makes missing parent
// directories. Errors (NotFound, PermissionDenied …) name the path.
absl::StatusOr<std::unique_ptr<ByteSink>> OpenReportFile(const std::string& path);

// A file that appears as a whole or not at all: it is written beside `path`, and Close renames it. Missing parent
// directories are made as pytest makes them. Errors come with the first Write.
std::unique_ptr<ByteSink> MakeReplacedFile(const std::string& path);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_BYTE_SINK_H_
