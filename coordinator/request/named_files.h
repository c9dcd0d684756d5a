// The files that a request names: those that are read, and those that are written. A value; reads the file system, and
// opens nothing.
#ifndef FASTEST_COORDINATOR_REQUEST_NAMED_FILES_H_
#define FASTEST_COORDINATOR_REQUEST_NAMED_FILES_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

class NamedFiles {
 public:
  // The flag table says which options name files.
  NamedFiles(const options::CommandLine& line, const Invocation& invocation);

  // InvalidArgument: a file would be written that is read, or two outputs are the same file. The line names both
  // options. Links and other spellings of a path are the same file. What is no plain file (a pipe, a device) may be
  // named as often as one likes.
  absl::Status CheckApart() const;

 private:
  struct File {
    std::string option;
    std::filesystem::path path;
  };
  absl::Status CheckNotRead(const File& output) const;

  std::vector<File> inputs_;
  std::vector<File> outputs_;
};

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_NAMED_FILES_H_
