// The one way in which the readers of this folder take values from a command line.
#ifndef FASTEST_COORDINATOR_REQUEST_VALUE_READER_H_
#define FASTEST_COORDINATOR_REQUEST_VALUE_READER_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

// The numbers that an option takes, and what a message calls them: "a number from 0 to 100".
struct Range {
  int least;
  int most;
  const char* words;
};

// Options have their main names. A wrong value is InvalidArgument, with one line that shows where the value was given
// and says what is needed. The command line and the invocation must outlive the reader. Not thread-safe.
class ValueReader {
 public:
  ValueReader(const options::CommandLine& line, const Invocation& invocation) : line_(line), invocation_(invocation) {}

  bool Has(const std::string& option) const { return line_.Has(option); }
  // The last value; `otherwise` without the option.
  std::string Text(const std::string& option, const std::string& otherwise = "") const;
  // A number in `range`; `otherwise` without the option.
  absl::StatusOr<int> Number(const std::string& option, int otherwise, const Range& range) const;
  // A number of seconds, 0 for no limit; `otherwise` without the option.
  absl::StatusOr<double> Seconds(const std::string& option, double otherwise = 0) const;
  // One of `words`; the first without the option.
  absl::StatusOr<std::string> Choice(const std::string& option, std::initializer_list<const char*> words) const;
  // Of an option that is a flag or has this `word`: the word or "". Nothing without the option.
  absl::StatusOr<std::optional<std::string>> FlagOrWord(const std::string& option, const std::string& word) const;
  // An absolute path; empty without the option.
  std::string Path(const std::string& option) const;
  std::vector<std::string> Paths(const std::string& option) const;
  // The path of a file that gets the port of `listener`, another option that has to be there.
  absl::StatusOr<std::string> PortFile(const std::string& option, const std::string& listener) const;

  // The error of a wrong value: "-n many: MESSAGE".
  absl::Status Wrong(const std::string& option, const std::string& message) const;

 private:
  const options::CommandLine& line_;
  const Invocation& invocation_;
};

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_VALUE_READER_H_
