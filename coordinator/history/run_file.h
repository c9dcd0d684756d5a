// What one file of a store says: durations that a run has measured, or that several files said together; and which of a store's files count.
// Files are never changed, only added and removed. Pure, but for NewName.
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

// A file of a store may take so much room, packed. (A million tests take about a quarter of it.)
constexpr size_t kMostPackedBytes = size_t{64} << 20;

// A test, as it was last seen.
struct Seen {
  double seconds = 0;  // not a number: nobody has measured them
  int position = 0;    // in its module's collection order
  int64_t at = 0;      // in Unix seconds
  TestPast past = {};
};

struct RunFile {
  // By project, module and node id.
  std::map<std::string, std::map<std::string, std::map<std::string, Seen>>> tests;
  // Seconds by project and the node id of a module or class.
  std::map<std::string, std::map<std::string, double>> setup_s;
  // Names of the files whose content this one has, and of those that they had: whoever sees both counts it once. Empty for what a run wrote.
  std::set<std::string> replaces;
};

// A name that nobody else takes, sorted behind all that were made at an earlier time (microseconds since 1970). Letters, digits, '-' and '.' only.
std::string NewName(int64_t micros);
// Whether that may be the name of a store's file; others in the same folder are not ours.
bool IsName(std::string_view name);
// The time that NewName was given; 0 for a name that somebody else gave it.
int64_t MicrosOf(const std::string& name);

// Takes over what `newer` says: its durations weigh as much as all before them together.
void Merge(const RunFile& newer, RunFile* all);
// Drops tests that nobody has seen since `before` (Unix seconds), and the set-up of modules and classes that have none left.
void Forget(int64_t before, RunFile* all);

// Compressed, with a digest.
std::string Pack(const RunFile& file);
// DataLoss: it is damaged. FailedPrecondition: a newer version wrote it. Takes no more memory than what is really in `bytes`, whatever they claim.
absl::StatusOr<RunFile> Unpack(const std::string& bytes);

// Of a store's files, those that say together all that there is, each thing once; oldest first. `listed`: all names that the store has; `files`:
// those that could be read. What a joined file replaces may still lie beside it (its writer was killed, or is at it), and two who joined at the
// same time may both have left their file: then one of them counts, and beside it what it does not have.
std::vector<std::string> Counted(const std::set<std::string>& listed, const std::map<std::string, RunFile>& files);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_RUN_FILE_H_
