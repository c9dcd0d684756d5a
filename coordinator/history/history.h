// Durations of past runs in SQLite (WAL), from which the planner predicts. Several runs may use one file at once.
// Losing the file costs balance, never correctness: anything wrong with it becomes one warning, and the run goes on
// without it.
#ifndef FASTEST_COORDINATOR_HISTORY_HISTORY_H_
#define FASTEST_COORDINATOR_HISTORY_HISTORY_H_

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/history/test_past.h"

namespace fastest::history {

struct ModuleHistory {
  // Seconds to make the module's items and run its module fixtures.
  double setup_s = 0;
  // Seconds of class fixtures, by the node id of the class.
  std::unordered_map<std::string, double> class_setup_s;
  // Seconds per node id, ordered by the position at which each test was last seen.
  std::vector<std::pair<std::string, double>> tests;
  // Not only durations are remembered, but also outcomes.
  bool knows_runs = false;
  // Tests that failed in one of the runs remembered.
  std::unordered_map<std::string, TestPast> failed;
};

// One test in this run. Its seconds are its call, its teardown, and its own set-up. Fixtures of wider scope count with
// the module or class. Not a number if nobody measured the test.
struct Observation {
  // The texts belong to the caller.
  std::string_view module;
  std::string_view node_id;
  double seconds = 0;
  int position = 0;  // in the collection order of the module
  // See test_past.h.
  char outcome = kUnknown;
};

// Not thread-safe. Threads and processes may share a file if each has a History of its own.
class History {
 public:
  // Opens or creates the file, but not its folder. Tables of an older format are made anew. Errors: the file cannot be
  // opened, is no database, belongs to another program, or has a newer format. Each error names the file and leaves it
  // as it is.
  static absl::StatusOr<std::unique_ptr<History>> Open(const std::string& path);
  // Opens a file for reading alone. The file must be there. Nothing is created or brought to a newer format, and Record
  // fails.
  static absl::StatusOr<std::unique_ptr<History>> OpenToRead(const std::string& path);
  virtual ~History() = default;

  // Everything known of these modules of a project. `project` distinguishes it from others in the file: its rootdir, or
  // "" in a file of its own.
  virtual absl::StatusOr<std::unordered_map<std::string, ModuleHistory>> Load(
      const std::string& project, const std::vector<std::string>& modules) = 0;
  // Merges what a run measured. Estimates decay exponentially (a new value has the weight 0.5). `setup_s` is by the
  // node id of the module or class. Forgets what no run has seen for two months. All is one transaction: a run that is
  // killed meanwhile leaves the file as it was.
  virtual absl::Status Record(const std::string& project, const std::vector<Observation>& tests,
                              const std::unordered_map<std::string, double>& setup_s) = 0;
  // A line for the user about a fault of the store that did not prevent its use; empty if there is none. Valid after
  // Load.
  virtual std::string Remark() const { return ""; }
  // Each Record takes space of its own, so a run should not record too often.
  virtual bool GrowsWithEachRecord() const { return false; }
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_HISTORY_H_
