// Durations of past runs, in SQLite (WAL): what the planner predicts from. Several runs may use one file at once. Losing it costs
// balance, never correctness: whatever is wrong with it is one warning and the run goes on without.
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
  // Seconds of class fixtures, by the class's node id.
  std::unordered_map<std::string, double> class_setup_s;
  // Seconds per node id, ordered by the position at which each was last seen.
  std::vector<std::pair<std::string, double>> tests;
  // How its tests fared is remembered, not only how long they took.
  bool knows_runs = false;
  // Of those that failed in one of the runs remembered.
  std::unordered_map<std::string, TestPast> failed;
};

// One test in this run. Its seconds: call and teardown, and what it pays for set-up on whatever worker it runs (fixtures of wider scope count
// with the module or class); not a number if nobody measured them.
struct Observation {
  // Texts of whoever observed it.
  std::string_view module;
  std::string_view node_id;
  double seconds = 0;
  int position = 0;  // in the module's collection order
  // See test_past.h.
  char outcome = kUnknown;
};

// Not thread-safe; threads and processes with a History each may share a file.
class History {
 public:
  // Opens or creates the file (not its folder); tables of an older format are made anew. Errors: the file can't be opened, is no
  // database, belongs to another program, or is of a newer format; each names the file and leaves it as it is.
  static absl::StatusOr<std::unique_ptr<History>> Open(const std::string& path);
  // The same for a file that is only to be read: it must be there, and nothing is made or brought to a newer format. Record then fails.
  static absl::StatusOr<std::unique_ptr<History>> OpenToRead(const std::string& path);
  virtual ~History() = default;

  // Everything known of these modules of a project; `project` tells it apart from others in the file (its rootdir, or "" in a file of its own).
  virtual absl::StatusOr<std::unordered_map<std::string, ModuleHistory>> Load(
      const std::string& project, const std::vector<std::string>& modules) = 0;
  // Merges what a run measured: estimates decay exponentially (weight of the new value 0.5), set-up apart: `setup_s` by the node id of
  // the module or class. Forgets what no run has
  // seen for two months. One transaction: a run that is killed in the midst leaves the file as it was.
  virtual absl::Status Record(const std::string& project, const std::vector<Observation>& tests,
                              const std::unordered_map<std::string, double>& setup_s) = 0;
  // A line for the user on what was wrong with the store though it could be used; empty if nothing was. Valid after Load.
  virtual std::string Remark() const { return ""; }
  // Whether each Record takes room of its own: a run should then not record too often.
  virtual bool GrowsWithEachRecord() const { return false; }
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_HISTORY_H_
