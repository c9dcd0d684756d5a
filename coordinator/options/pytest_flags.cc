#include "coordinator/options/pytest_flags.h"

#include "coordinator/options/flag_groups.h"

namespace fastest::options {
namespace {

using H = Handling;
using A = Arity;

}  // namespace

std::vector<Flag> ChoosingFlags() {
  return {
      {"-k", H::kHanded, A::kValue, group::kSelect, "only tests whose names match the expression", "EXPRESSION"},
      {"-m", H::kHanded, A::kValue, group::kSelect, "only tests whose marks match the expression", "EXPRESSION"},
      {"-x,--exitfirst", H::kHanded, A::kFlag, group::kSelect, "stop at the first failure", nullptr, kNotRepeated},
      {"--maxfail", H::kHanded, A::kValue, group::kSelect, "stop after N failures", "N", kNotRepeated},
      {"--deselect", H::kHanded, A::kValues, group::kSelect, "leave out tests whose ids begin with this",
       "NODEID_PREFIX"},
      {"--ignore", H::kHanded, A::kValues, group::kSelect, "leave out this path", "PATH"},
      {"--ignore-glob", H::kHanded, A::kValues, group::kSelect, "leave out paths that match", "GLOB"},
      {"--pyargs", H::kHanded, A::kFlag, group::kSelect, "the arguments are names of Python packages", nullptr},
      {"--keepduplicates,--keep-duplicates", H::kHanded, A::kFlag, group::kSelect, "run a test as often as it is named",
       nullptr},
      {"--collect-in-virtualenv", H::kHanded, A::kFlag, group::kSelect, "look into virtual environments too", nullptr},
      {"--continue-on-collection-errors", H::kHanded, A::kFlag, group::kSelect,
       "run the other tests even if a file can't be imported", nullptr},
      {"--runxfail", H::kHanded, A::kFlag, group::kSelect, "report xfail tests as if they were not marked", nullptr},
      {"--doctest-modules", H::kHanded, A::kFlag, group::kSelect, "run doctests of all modules", nullptr},
      {"--doctest-report", H::kHanded, A::kValue, group::kSelect, "form of doctest failures", "FORM"},
      {"--doctest-glob", H::kHanded, A::kValues, group::kSelect, "text files with doctests", "GLOB"},
      {"--doctest-ignore-import-errors", H::kHanded, A::kFlag, group::kSelect,
       "skip doctests of modules that can't be imported", nullptr},
      {"--doctest-continue-on-failure", H::kHanded, A::kFlag, group::kSelect,
       "go on in a doctest after its first failure", nullptr},
  };
}

std::vector<Flag> TerminalFlags() {
  return {
      {"-q,--quiet", H::kHanded, A::kCount, group::kText, "say less", nullptr, kOfMerges},
      {"-v,--verbose", H::kHanded, A::kCount, group::kText, "say more: one line for each test", nullptr},
      {"--verbosity", H::kHanded, A::kValue, group::kText, "set how much is said", "N"},
      {"-s", H::kHanded, A::kFlag, group::kText, "do not capture output: show it as it comes", nullptr},
      {"--capture", H::kHanded, A::kValue, group::kText, "how output is captured: fd, sys, no or tee-sys", "METHOD"},
      {"--show-capture", H::kHanded, A::kValue, group::kText,
       "what captured output failures show: no, stdout, stderr, log, all", "WHAT"},
      {"--tb", H::kHanded, A::kValue, group::kText, "how tracebacks are printed: auto, long, short, line, native, no",
       "STYLE"},
      {"--xfail-tb", H::kHanded, A::kFlag, group::kText, "show tracebacks of expected failures", nullptr},
      {"-l,--showlocals", H::kHanded, A::kFlag, group::kText, "show local variables in tracebacks", nullptr},
      {"--no-showlocals", H::kHanded, A::kFlag, group::kText, "do not show local variables", nullptr},
      {"--fulltrace,--full-trace", H::kHanded, A::kFlag, group::kText, "do not cut tracebacks", nullptr},
      {"-r,--report-chars", H::kHanded, A::kValue, group::kText,
       "what the short summary lists: (f)ailed, (E)rror, (s)kipped, (x)failed, (X)passed, (p)assed, (P)assed with "
       "output, (a)ll but passed, (A)ll",
       "CHARS"},
      {"--durations", H::kHanded, A::kValue, group::kText, "show the N slowest phases (0: all)", "N"},
      {"--durations-min", H::kHanded, A::kValue, group::kText, "leave out phases faster than this", "SECONDS"},
      // Fastest's own, among pytest's: --help lists it with what else the terminal shows.
      {"--progress", H::kOwn, A::kValue, group::kText,
       "how far the run is: live (below everything, on a terminal; the default), plain (a line every half minute, as "
       "in logs) or none",
       "HOW"},
      {"--color", H::kHanded, A::kValue, group::kText, "yes, no or auto (also: NO_COLOR, FORCE_COLOR)", "WHEN",
       kOfFinishedRuns},
      {"--code-highlight", H::kHanded, A::kValue, group::kText, "highlight code in failures: yes or no", "WHEN"},
      {"--no-header", H::kHanded, A::kFlag, group::kText, "no header", nullptr},
      {"--no-summary", H::kHanded, A::kFlag, group::kText, "no summary", nullptr},
      {"--no-fold-skipped", H::kHanded, A::kFlag, group::kText, "one summary line for each skipped test", nullptr},
      {"--force-short-summary", H::kHanded, A::kFlag, group::kText,
       "short lines in the summary, whatever the verbosity", nullptr},
      {"-W,--pythonwarnings", H::kHanded, A::kValues, group::kText, "which warnings to report, as python -W", "FILTER"},
      {"--max-warnings", H::kSingleSession, A::kValue, group::kText, "fail if there are more warnings than this", "N"},
      {"--disable-warnings,--disable-pytest-warnings", H::kHanded, A::kFlag, group::kText, "no warnings summary",
       nullptr},
  };
}

std::vector<Flag> ConfigurationFlags() {
  return {
      {"--rootdir", H::kHanded, A::kValue, group::kConfig, "the project's root directory", "DIR"},
      {"-c,--config-file", H::kHanded, A::kValue, group::kConfig, "read this configuration file", "FILE", kReadsFile},
      {"-o,--override-ini", H::kHanded, A::kValues, group::kConfig, "set an option of the configuration file",
       "NAME=VALUE"},
      {"-p", H::kHanded, A::kValues, group::kConfig, "load this plugin early (no:NAME: don't load it)", "NAME"},
      {"--disable-plugin-autoload", H::kHanded, A::kFlag, group::kConfig, "load only plugins that are named", nullptr},
      {"--confcutdir", H::kHanded, A::kValue, group::kConfig, "load conftest.py files only below this", "DIR"},
      {"--noconftest", H::kHanded, A::kFlag, group::kConfig, "load no conftest.py", nullptr},
      {"--import-mode", H::kHanded, A::kValue, group::kConfig, "prepend, append or importlib", "MODE"},
      {"--basetemp", H::kSingleSession, A::kValue, group::kConfig, "base directory of tmp_path (emptied first)", "DIR"},
      {"--strict", H::kHanded, A::kFlag, group::kConfig, "all of pytest's strict options", nullptr},
      {"--strict-config", H::kHanded, A::kFlag, group::kConfig, "unknown configuration options are errors", nullptr},
      {"--strict-markers", H::kHanded, A::kFlag, group::kConfig, "marks that are not registered are errors", nullptr},
      {"--assert", H::kHanded, A::kValue, group::kConfig, "rewrite (default) or plain", "MODE"},
      {"--cache-clear", H::kHanded, A::kFlag, group::kConfig, "empty pytest's cache first", nullptr, kNotRepeated},
  };
}

std::vector<Flag> LogFlags() {
  return {
      {"--log-level", H::kHanded, A::kValue, group::kLog, "level of captured log messages", "LEVEL"},
      {"--log-format", H::kHanded, A::kValue, group::kLog, "format of log messages", "FORMAT"},
      {"--log-date-format", H::kHanded, A::kValue, group::kLog, "date format of log messages", "FORMAT"},
      {"--log-cli-level", H::kSingleSession, A::kValue, group::kLog,
       "show log messages from this level on as they come", "LEVEL"},
      {"--log-cli-format", H::kHanded, A::kValue, group::kLog, "their format", "FORMAT"},
      {"--log-cli-date-format", H::kHanded, A::kValue, group::kLog, "their date format", "FORMAT"},
      {"--log-file", H::kSingleSession, A::kValue, group::kLog, "write log messages to this file", "FILE"},
      {"--log-file-mode", H::kHanded, A::kValue, group::kLog, "how that file is opened", "MODE"},
      {"--log-file-level", H::kHanded, A::kValue, group::kLog, "level of what goes there", "LEVEL"},
      {"--log-file-format", H::kHanded, A::kValue, group::kLog, "its format", "FORMAT"},
      {"--log-file-date-format", H::kHanded, A::kValue, group::kLog, "its date format", "FORMAT"},
      {"--log-auto-indent", H::kHanded, A::kValue, group::kLog, "indent multi-line messages", "HOW"},
      {"--log-disable", H::kHanded, A::kValues, group::kLog, "disable this logger", "LOGGER"},
      {"--html", H::kHanded, A::kValue, group::kLog, "write an HTML report (pytest-html)", "FILE", kNotRepeated},
      {"--json-report", H::kHanded, A::kFlag, group::kLog, "write a report as JSON (pytest-json-report)", nullptr,
       kNotRepeated},
      {"--report-log", H::kHanded, A::kValue, group::kLog, "write each report as a line of JSON (pytest-reportlog)",
       "FILE", kNotRepeated},
  };
}

std::vector<Flag> AskPytestFlags() {
  return {
      {"--collect-only,--collectonly,--co", H::kText, A::kFlag, group::kAsk, "list the tests as pytest collects them",
       nullptr},
      {"--fixtures,--funcargs", H::kText, A::kFlag, group::kAsk, "list the fixtures", nullptr},
      {"--fixtures-per-test", H::kText, A::kFlag, group::kAsk, "list the fixtures of each test", nullptr},
      {"--markers", H::kText, A::kFlag, group::kAsk, "list the marks", nullptr},
      {"--cache-show", H::kText, A::kOptionalValue, group::kAsk, "show pytest's cache", "GLOB"},
      {"--setup-only,--setuponly", H::kText, A::kFlag, group::kAsk, "set fixtures up, run no test", nullptr},
      {"--setup-plan,--setupplan", H::kText, A::kFlag, group::kAsk, "show which fixtures would be set up", nullptr},
      {"--setup-show,--setupshow", H::kText, A::kFlag, group::kAsk, "show fixtures while tests run", nullptr},
      {"--traceconfig,--trace-config", H::kText, A::kFlag, group::kAsk, "show how conftest.py files are found",
       nullptr},
  };
}

std::vector<Flag> WholeRunFlags() {
  return {
      {"--lf,--last-failed", H::kPytestCache, A::kFlag, group::kWhole, "run only what failed last time", nullptr},
      {"--ff,--failed-first", H::kPytestCache, A::kFlag, group::kWhole, "run what failed last time first", nullptr},
      {"--nf,--new-first", H::kPytestCache, A::kFlag, group::kWhole, "run new files first", nullptr},
      {"--lfnf,--last-failed-no-failures", H::kPytestCache, A::kValue, group::kWhole,
       "what --lf does if nothing failed: all or none", "WHAT"},
      {"--sw,--stepwise", H::kSingleSession, A::kFlag, group::kWhole, "stop at a failure, go on from there next time",
       nullptr},
      {"--sw-skip,--stepwise-skip", H::kSingleSession, A::kFlag, group::kWhole,
       "as --stepwise, but ignore the first failure", nullptr},
      {"--sw-reset,--stepwise-reset", H::kSingleSession, A::kFlag, group::kWhole, "start --stepwise anew", nullptr},
      {"--pastebin", H::kSingleSession, A::kValue, group::kWhole, "send failures to a pastebin service", "MODE"},
      {"--debug", H::kSingleSession, A::kOptionalValue, group::kWhole, "write pytest's own trace to a file", "FILE"},
      {"--cov", H::kControlSession, A::kOptionalValue, group::kWhole,
       "measure coverage (pytest-cov); on this machine with any number of workers", "SOURCE"},
      {"--benchmark-enable", H::kSingleSession, A::kFlag, group::kWhole,
       "measure (pytest-benchmark); without these options benchmarks run once, unmeasured, beside other tests",
       nullptr},
      {"--benchmark-only", H::kSingleSession, A::kFlag, group::kWhole, "run benchmarks alone (pytest-benchmark)",
       nullptr},
      {"--benchmark-json", H::kSingleSession, A::kValue, group::kWhole, "write what was measured (pytest-benchmark)",
       "FILE"},
      {"--benchmark-save", H::kSingleSession, A::kValue, group::kWhole, "keep what was measured (pytest-benchmark)",
       "NAME"},
      {"--benchmark-autosave", H::kSingleSession, A::kFlag, group::kWhole, "the same, under a generated name", nullptr},
      {"--benchmark-compare", H::kSingleSession, A::kOptionalValue, group::kWhole,
       "compare with what was kept (pytest-benchmark)", "NAME"},
  };
}

std::vector<Flag> InteractiveFlags() {
  return {
      {"--pdb", H::kInteractive, A::kFlag, group::kTake, "start the debugger at failures", nullptr},
      {"--pdbcls", H::kInteractive, A::kValue, group::kTake, "the debugger's class", "MODULE:CLASS"},
      {"--trace", H::kInteractive, A::kFlag, group::kTake, "start the debugger in each test", nullptr},
  };
}

std::vector<Flag> XdistFlags() {
  return {
      {"--dist", H::kConsumed, A::kValue, group::kXdist, "batches go where there is room, whatever the mode", "MODE"},
      {"-d", H::kConsumed, A::kFlag, group::kXdist, "see --dist", nullptr},
      {"--tx", H::kConsumed, A::kValues, group::kXdist, "see -n", "SPEC"},
      {"--px", H::kConsumed, A::kValues, group::kXdist, "see -n", "SPEC"},
      {"--maxprocesses", H::kConsumed, A::kValue, group::kXdist, "upper bound of '-n auto', here too", "N"},
      {"--max-worker-restart", H::kConsumed, A::kValue, group::kXdist,
       "how many crashed workers are replaced before the run ends (here all, by default)", "N"},
      {"--loadscope-reorder", H::kConsumed, A::kFlag, group::kXdist, "long modules start first anyway", nullptr},
      {"--no-loadscope-reorder", H::kConsumed, A::kFlag, group::kXdist, "long modules start first anyway", nullptr},
      {"--maxschedchunk", H::kConsumed, A::kValue, group::kXdist, "batches are sized by predicted time", "N"},
      {"--testrunuid", H::kConsumed, A::kValue, group::kXdist, "the run's own id", "ID"},
      {"--rsyncdir", H::kConsumed, A::kValues, group::kXdist, "no files are copied", "DIR"},
      {"--rsyncignore", H::kConsumed, A::kValues, group::kXdist, "no files are copied", "GLOB"},
  };
}

}  // namespace fastest::options
