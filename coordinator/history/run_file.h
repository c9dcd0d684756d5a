// What one file of a store says: the durations that a run has measured, or those of several files that were joined.
// Also, which files of a store count. Files are never changed, only added and removed. Pure, except NewName.
#ifndef FASTEST_COORDINATOR_HISTORY_RUN_FILE_H_
#define FASTEST_COORDINATOR_HISTORY_RUN_FILE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/history/test_past.h"

namespace fastest::history {

// The largest size of a store's file, packed. (A million tests take about a quarter of it.)
constexpr size_t kMostPackedBytes = size_t{64} << 20;

// What is known of a test since it was last seen.
struct Seen {
  double seconds = 0;  // not a number if nobody has measured the test
  int position = 0;    // in its module's collection order
  int64_t at = 0;      // in Unix seconds
  TestPast past = {};
};

struct RunFile {
  // By project, module and node id.
  std::map<std::string, std::map<std::string, std::map<std::string, Seen>>> tests;
  // Seconds by project and the node id of a module or class.
  std::map<std::string, std::map<std::string, double>> setup_s;
  // The names of the files whose content this file has, and of the files that those replaced. A reader of both counts
  // the content once. Empty in the file of a run.
  std::set<std::string> replaces;
};

// A name that nobody else takes. It sorts behind all names made at an earlier time (microseconds since 1970). Letters,
// digits, '-' and '.' only.
std::string NewName(int64_t micros);
// Whether this may be the name of a store's file. Other files in the same folder are not ours.
bool IsName(std::string_view name);
// The time that NewName was given; 0 for names that NewName did not make.
int64_t MicrosOf(const std::string& name);

// Takes over what `newer` says. Its durations weigh as much as all before them together.
void Merge(const RunFile& newer, RunFile* all);
// Drops tests that no run has seen since `before` (Unix seconds), and the set-up of modules and classes that have no
// tests left.
void Forget(int64_t before, RunFile* all);

// The file's bytes: compressed, with a digest.
std::string Pack(const RunFile& file);
// Errors: DataLoss if the bytes are damaged, FailedPrecondition if a newer version wrote them. Takes no more memory
// than `bytes` really hold, whatever they claim.
absl::StatusOr<RunFile> Unpack(const std::string& bytes);

// The files of a store that together say everything once, oldest first. `listed` are all names in the store, `files`
// those that could be read.
// - Files that a joined file replaces may still be there: its writer was killed, or is still removing them.
// - If two processes joined at the same time, both may have left a file. Then one of the two counts, and with it the
//   files that it does not contain.
std::vector<std::string> Counted(const std::set<std::string>& listed, const std::map<std::string, RunFile>& files);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_RUN_FILE_H_
