// Every option that the coordinator's command line knows, in one table: Fastest's own, pytest's and xdist's. Parsing,
// --help, environment variables, settings files and spelling hints come from the table. So do all lists of options with
// something in common (see Trait).
#ifndef FASTEST_COORDINATOR_OPTIONS_FLAG_TABLE_H_
#define FASTEST_COORDINATOR_OPTIONS_FLAG_TABLE_H_

#include <string>
#include <vector>

namespace fastest::options {

// What happens to an option.
enum class Handling {
  // Fastest's own. pytest never gets the option. FASTEST_<NAME> and a settings file may have it, too.
  kOwn,
  // Fastest's own, for the command line alone: asks for something else than a run, or names what only this run goes on
  // from.
  kAsked,
  // pytest in the workers gets the option. The coordinator may read it, too.
  kHanded,
  // pytest answers with a text and runs no test (--collect-only, --fixtures …): one worker answers, and its terminal
  // output is shown.
  kText,
  // The option's plugin needs to see the whole run in one process: the run has one slot, with a session like pytest's
  // own.
  kSingleSession,
  // Chooses or orders tests by what pytest's cache has of the last run. With several workers on this machine each of
  // them collects all tests and obeys, as with xdist, and the coordinator keeps the cache. Agents have caches of their
  // own, so there the option is like kSingleSession.
  kPytestCache,
  // As kSingleSession. But a local run may have several workers, with a control session beside them
  // (docs/adr/0021-control-session.md).
  kControlSession,
  // Needs the user's keyboard: genuine pytest takes over the terminal.
  kInteractive,
  // xdist's. Fastest does what the option asks for in its own way, and pytest never gets the option.
  kConsumed,
};

// kFlagOrWord: a flag that may have a word behind "=". The next argument is never that word.
enum class Arity { kFlag, kCount, kValue, kValues, kOptionalValue, kFlagOrWord };

// What else holds of an option. Code that treats some options alike asks for a trait and names no option.
enum Trait : unsigned {
  // The value is a file that gets a report of the run. commands/report_table.cc has a row for each of these options.
  // Like kOfFinishedRuns and kOfOneRun.
  kReportFile = 1U << 0,
  // The value must be the name of a file: not empty, and not "-".
  kNamesFile = 1U << 1,
  // May stand beside --from-json and --merge, which report runs that are over.
  kOfFinishedRuns = 1U << 2,
  // May stand beside --merge.
  kOfMerges = 1U << 3,
  // Belongs to one run, so it does not go with --check-isolation, which makes several.
  kOfOneRun = 1U << 4,
  // Changes which tests run or how often, so it does not go with --replay.
  kDividesRun = 1U << 5,
  // An option of pytest's that is dropped where the same tests run a second time: it stops early, empties a cache, or
  // writes over the first run's report.
  kNotRepeated = 1U << 6,
  // The value is a file that is read, or a folder of files; and a file that is written, as a report file is.
  kReadsFile = 1U << 7,
  kWritesFile = 1U << 8,
};

struct Flag {
  // As CLI11 needs them: "-n,--workers". The last name is the main name. Settings files have it without dashes.
  const char* names;
  Handling handling;
  Arity arity;
  const char* group;
  const char* help;
  // What --help calls the value; nullptr for flags.
  const char* value_name;
  // Of Trait.
  unsigned traits = 0;

  // Whether one of `wanted` holds.
  bool Is(unsigned wanted) const { return (traits & wanted) != 0; }
};

const std::vector<Flag>& FlagTable();

// The row with this main name; nullptr if there is none.
const Flag* FindFlag(const std::string& main_name);
// Whether the option asks for something else than a plain run of the tests, or for an answer of pytest's.
bool AsksElse(const Flag& flag);
// "--workers" of "-n,--numprocesses,--workers"; the short name if there is no long one.
std::string MainName(const Flag& flag);
// All spellings of `flag`.
std::vector<std::string> Names(const Flag& flag);
// The known spelling that is nearest to a mistyped long option, or empty if none is near.
std::string NearestOption(const std::string& typed);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_FLAG_TABLE_H_
