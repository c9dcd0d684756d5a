// Every option that the coordinator's command line knows, in one table: our own, pytest's and xdist's. `--help`, parsing,
// environment variables, settings files and the spelling hints all come from it.
#ifndef FASTEST_COORDINATOR_OPTIONS_FLAG_TABLE_H_
#define FASTEST_COORDINATOR_OPTIONS_FLAG_TABLE_H_

#include <string>
#include <vector>

namespace fastest::options {

// What happens to an option.
enum class Handling {
  // Fastest's own: never reaches pytest. May also stand in FASTEST_<NAME> and in a settings file.
  kOwn,
  // Fastest's own, too, and for the command line only: asks for something else than a run, or names what only this one goes on from.
  kAsked,
  // Handed to pytest in the workers; the coordinator may look at it too.
  kHanded,
  // pytest's answer is a text, not a run (--collect-only, --fixtures …): one worker runs it and its terminal output is shown.
  kText,
  // Its plugin needs to see the whole run from one process: the run has a single slot with a session like pytest's own.
  kSingleSession,
  // The same, but for a local run a control session beside the workers (docs/adr/0021-control-session.md) is enough for it.
  kControlSession,
  // Wants the user's keyboard: genuine pytest takes over the terminal.
  kInteractive,
  // xdist's way of saying what Fastest does itself: understood and consumed.
  kConsumed,
};

// kFlagOrWord: a flag behind which a word may stand, after '=' only: what follows it is no value of it.
enum class Arity { kFlag, kCount, kValue, kValues, kOptionalValue, kFlagOrWord };

struct Flag {
  // As CLI11 wants them: "-n,--workers". The last long name is the one in settings files (without dashes).
  const char* names;
  Handling handling;
  Arity arity;
  const char* group;
  const char* help;
  // How the value is called in --help; nullptr for flags.
  const char* value_name;
};

const std::vector<Flag>& FlagTable();

// "--workers" of "-n,--numprocesses,--workers"; the short name if there is no long one.
std::string MainName(const Flag& flag);
// All spellings of it.
std::vector<std::string> Names(const Flag& flag);
// The known spelling that is nearest to a mistyped long option, or empty if none is near.
std::string NearestSpelling(const std::string& typed);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_FLAG_TABLE_H_
