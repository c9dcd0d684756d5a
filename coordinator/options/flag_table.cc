#include "coordinator/options/flag_table.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/str_split.h"

namespace fastest::options {
namespace {

constexpr char kRun[] = "Running";
constexpr char kFarm[] = "Running on other machines";
constexpr char kSelect[] = "Choosing tests (as pytest)";
constexpr char kOrder[] = "Order, and tests that lean on others";
constexpr char kReports[] = "Reports";
constexpr char kText[] = "Terminal (as pytest)";
constexpr char kConfig[] = "Configuration (as pytest)";
constexpr char kAsk[] = "Asking without running";
constexpr char kWhole[] = "Run in one session (a plugin has to see everything)";
constexpr char kTake[] = "pytest takes over the terminal";
constexpr char kLog[] = "Handed to pytest";
constexpr char kXdist[] = "pytest-xdist's, understood and replaced by our own scheduling";

std::vector<Flag> MakeTable() {
  using H = Handling;
  using A = Arity;
  return {
      {"-n,--numprocesses,--workers", H::kOwn, A::kValue, kRun,
       "how many tests run at a time: a number, or 'auto' (one for each core, the default); 1 keeps pytest's own order",
       "N|auto"},
      {"--agents", H::kOwn, A::kValue, kFarm,
       "run on these agents: HOST:PORT, or dns:///NAME:PORT for all addresses of a name, or @FILE with one a line, "
       "read again as it changes; separated by commas",
       "LIST"},
      {"--listen", H::kOwn, A::kValue, kFarm,
       "let agents come here at any time during the run (fastest-agent --join); port 0: any that is free", "HOST:PORT"},
      {"--port-file", H::kOwn, A::kValue, kFarm, "with --listen: write the bound HOST:PORT into this file", "FILE"},
      {"--min-agents", H::kOwn, A::kValue, kFarm, "start when so many agents have answered (default: 1)", "N"},
      {"--wait-agents", H::kOwn, A::kValue, kFarm,
       "how long to wait for them (default: 30 with --listen, else until each was tried)", "SECONDS"},
      {"--lease", H::kOwn, A::kValue, kFarm,
       "how long an agent may be out of reach before its tests go to others (default: 20)", "SECONDS"},
      {"--status", H::kAsked, A::kFlagOrWord, kAsk,
       "run nothing: say of each of --agents what it is and what it does; --status=json says it to programs", "json"},
      {"--drain", H::kAsked, A::kValues, kAsk,
       "run nothing: have these agents finish the tests that they run and end; HOST:PORT, or their names among "
       "--agents",
       "AGENT"},
      {"--pass-env", H::kOwn, A::kValues, kFarm, "give tests on other machines these variables of this environment",
       "NAME,..."},
      {"--set-env", H::kOwn, A::kValues, kFarm, "give tests on other machines this variable", "NAME=VALUE"},
      {"--allow-stale", H::kOwn, A::kFlag, kFarm, "run on agents whose test files differ from those here all the same",
       nullptr},
      {"--tls-ca", H::kOwn, A::kValue, kFarm, "certificate authority that agents must be known to", "FILE"},
      {"--tls-cert", H::kOwn, A::kValue, kFarm, "this side's certificate", "FILE"},
      {"--tls-key", H::kOwn, A::kValue, kFarm, "its key", "FILE"},
      {"--token-file", H::kOwn, A::kValue, kFarm, "secret word that agents and coordinators share", "FILE"},
      {"--insecure", H::kOwn, A::kFlag, kFarm, "allow plain text, and anybody, beyond this machine", nullptr},
      {"--engine", H::kOwn, A::kValue, kRun,
       "how a worker runs a test: 'pytest' (pytest's own protocol), 'auto' (the fastest that is sure to agree with it) "
       "or 'direct' (as auto, and lists the tests that had to be left to pytest's). 'native' is as auto, and tests "
       "that "
       "only assert something of constants are decided without Python where nobody but pytest sees them",
       "ENGINE"},
      {"--engine-report", H::kOwn, A::kFlag, kReports,
       "say at the end how many tests ran in which engine, and why the others could not run in the direct one",
       nullptr},
      {"--python", H::kOwn, A::kValue, kRun,
       "interpreter that has pytest and your packages (default: the active virtual environment's, then python3)",
       "PATH"},
      {"--warm", H::kOwn, A::kFlagOrWord, kRun,
       "leave an agent behind that has pytest loaded, for the next run of this project, and use the one that the last "
       "run "
       "left; it ends after 10 minutes without a run. --warm=stop ends it now",
       "stop"},
      {"--preload", H::kOwn, A::kValue, kRun,
       "what a warm agent, or one on another machine, loads of site-packages between two runs, for the second to find "
       "it "
       "loaded where that makes no difference: 'none' (default), 'auto' (what the test files import), or modules",
       "none|auto|NAME,..."},
      {"--hang-timeout", H::kOwn, A::kValue, kRun,
       "end a test that runs longer than this and report it as failed, with its Python stack (default: no limit)",
       "SECONDS"},
      {"--shard", H::kOwn, A::kValue, kRun,
       "run only the I-th of N shards of the suite (from 1), for jobs that cannot reach each other; with --plan-file "
       "by "
       "that plan, else by one of its own, the same in each job that has the same files, options and history",
       "I/N"},
      {"--plan-file", H::kOwn, A::kValue, kRun, "with --shard: the plan that --plan-out wrote", "FILE"},
      {"--rerun-from", H::kAsked, A::kValues, kRun,
       "run only what failed or has no result in this --report-json file, or in those of a folder (of the same shard)",
       "PATH"},
      {"--retries", H::kOwn, A::kValue, kRun,
       "run a test that fails again, N times at most; one that passes then is reported as flaky (default: 0; never one "
       "marked no_retry)",
       "N"},
      {"--retry-budget", H::kOwn, A::kValue, kRun,
       "with --retries: how many retries the whole run may have, as a number or a percentage of its tests (1%); after "
       "that a failure is final",
       "N|P%"},
      {"--flaky-result", H::kOwn, A::kValue, kRun,
       "what a test that passed after it had failed means for the run: pass (default) or fail", "pass|fail"},
      {"--quarantine", H::kOwn, A::kValue, kRun,
       "TOML file of tests whose failures are shown apart and don't fail the run, each with owner, reason and last "
       "day; "
       "an entry past its day fails it",
       "FILE"},
      {"--deadline", H::kOwn, A::kValue, kRun,
       "be done after so many seconds: near the end no test is begun, all reports are written, and what was not run is "
       "named (exit code 11)",
       "SECONDS"},
      {"--history", H::kOwn, A::kValue, kRun,
       "recorded durations, from which runs are balanced: a file; or a folder, https://HOST/PATH or "
       "s3://BUCKET/PREFIX, "
       "to which each run adds a small file (default: a file in the cache directory)",
       "STORE"},
      {"--history-base", H::kOwn, A::kValue, kRun,
       "durations to go by where --history knows nothing, for instance the main branch's; only read", "STORE"},
      {"--history-import", H::kAsked, A::kValues, kAsk,
       "run nothing: add durations from pytest-split's .test_durations or a JUnit XML file to --history", "FILE"},
      {"--history-compact", H::kAsked, A::kFlag, kAsk, "run nothing: join the small files of --history to one",
       nullptr},
      {"--order", H::kOwn, A::kValue, kOrder,
       "'pytest': with several workers too, a module's tests run in one of them and in pytest's order; 'free' "
       "(default): its parts may run anywhere and in any order. With -n 1 the order is always pytest's",
       "ORDER"},
      {"--replay", H::kAsked, A::kValue, kOrder,
       "run again what one worker of the run that wrote this --report-json file ran, in the same order, with the same "
       "options for pytest",
       "EVENTS"},
      {"--worker", H::kAsked, A::kValue, kOrder,
       "with --replay: the worker, as reports name it (default: the one on which --until failed)", "gwN"},
      {"--until", H::kAsked, A::kValue, kOrder, "with --replay: this test is the last", "NODEID"},
      {"--bisect", H::kAsked, A::kFlag, kOrder,
       "with --replay and --until: run it again and again with fewer tests before, and name those without which it "
       "comes out otherwise",
       nullptr},
      {"--check-isolation", H::kAsked, A::kFlag, kOrder,
       "run the suite in pytest's order and in several others, one test at a time, and name the tests that come out "
       "differently, with those that they lean on",
       nullptr},
      {"--shadow", H::kOwn, A::kValue, kOrder,
       "after the run, have pytest itself run this share of the batches, too, and warn of tests that come out "
       "differently",
       "P%"},
      {"--report-json", H::kOwn, A::kValue, kReports,
       "write one JSON line for each event; '-' is standard output, the text then goes to standard error", "FILE"},
      {"--from-json", H::kAsked, A::kValue, kReports,
       "run nothing: make the reports, and the exit code, of the run that wrote this --report-json file ('-': standard "
       "input); beside it may stand this group's other options, --color, and --history, where its durations go",
       "FILE"},
      {"--merge", H::kAsked, A::kFlag, kReports,
       "run nothing: join the --report-json files named as PATHs, or those in folders, of all shards and attempts to "
       "the "
       "one verdict and the reports of the whole run; what is missing is named (exit code 10)",
       nullptr},
      {"--coverage-data", H::kOwn, A::kValue, kReports,
       "with --merge: join the shards' coverage data, the .coverage.* files in the folders among PATHs, to this file "
       "(by "
       "coverage.py, of --python)",
       "FILE"},
      {"--junit-xml,--junitxml", H::kOwn, A::kValue, kReports, "write a JUnit XML report, in pytest's form", "FILE"},
      {"--junit-prefix,--junitprefix", H::kOwn, A::kValue, kReports,
       "put this before the class names in the JUnit report", "TEXT"},
      {"--shards", H::kAsked, A::kValue, kAsk,
       "with --plan-out: divide the tests into N shards of about the same predicted time; runs no test", "N"},
      {"--plan-out", H::kAsked, A::kValue, kAsk, "with --shards: the file that the plan is written to, for --plan-file",
       "FILE"},
      {"--report-html", H::kOwn, A::kValue, kReports,
       "write a page that needs nothing else: results to search and filter, failures, a timeline of all slots", "FILE"},
      {"--compare-with", H::kOwn, A::kValue, kReports,
       "with --report-html or --serve-ui: an earlier such page, or --report-json file, whose results and durations to "
       "compare with",
       "FILE"},
      {"--report-markdown", H::kOwn, A::kValue, kReports,
       "write a summary in Markdown, as for a CI job's page ($GITHUB_STEP_SUMMARY)", "FILE"},
      {"--report-ctrf", H::kOwn, A::kValue, kReports, "write a report in the Common Test Report Format (JSON)", "FILE"},
      {"--trace-json", H::kOwn, A::kValue, kReports,
       "write a trace for Perfetto or chrome://tracing: what ran where and when (--trace itself is pytest's debugger)",
       "FILE"},
      {"--metrics", H::kOwn, A::kValue, kReports,
       "while the run goes on, tell Prometheus how it does: http://HOST:PORT/metrics, to whoever asks; port 0: any",
       "HOST:PORT"},
      {"--metrics-port-file", H::kOwn, A::kValue, kReports, "with --metrics: write the bound HOST:PORT into this file",
       "FILE"},
      {"--serve-ui", H::kOwn, A::kValue, kReports,
       "while the run goes on, show the page of --report-html to browsers, at http://HOST:PORT/; port 0: any. Where "
       "other "
       "machines can come, a token is needed: the address on standard error has it",
       "HOST:PORT"},
      {"--serve-ui-port-file", H::kOwn, A::kValue, kReports,
       "with --serve-ui: write the bound HOST:PORT into this file", "FILE"},
      {"--plan", H::kAsked, A::kFlag, kAsk,
       "show the batches that a run would be made of, and how long it would take; runs no test", nullptr},
      {"--doctor", H::kAsked, A::kFlag, kAsk,
       "run the suite with pytest and with Fastest, and say whether the verdicts are the same, how much faster it is "
       "and which tests go through which engine",
       nullptr},
      {"--discover", H::kAsked, A::kFlag, kAsk,
       "list what can be known of the tests without Python, in milliseconds; ids are exact or marked open", nullptr},
      {"-h,--help", H::kAsked, A::kFlag, kAsk, "print this text and exit", nullptr},
      {"-V,--version", H::kAsked, A::kFlag, kAsk, "print the version and exit", nullptr},

      {"-k", H::kHanded, A::kValue, kSelect, "only tests whose names match the expression", "EXPRESSION"},
      {"-m", H::kHanded, A::kValue, kSelect, "only tests whose marks match the expression", "EXPRESSION"},
      {"-x,--exitfirst", H::kHanded, A::kFlag, kSelect, "stop at the first failure", nullptr},
      {"--maxfail", H::kHanded, A::kValue, kSelect, "stop after N failures", "N"},
      {"--deselect", H::kHanded, A::kValues, kSelect, "leave out tests whose ids begin so", "NODEID_PREFIX"},
      {"--ignore", H::kHanded, A::kValues, kSelect, "leave out this path", "PATH"},
      {"--ignore-glob", H::kHanded, A::kValues, kSelect, "leave out paths that match", "GLOB"},
      {"--pyargs", H::kHanded, A::kFlag, kSelect, "the arguments are names of Python packages", nullptr},
      {"--keepduplicates,--keep-duplicates", H::kHanded, A::kFlag, kSelect, "run a test as often as it is named",
       nullptr},
      {"--collect-in-virtualenv", H::kHanded, A::kFlag, kSelect, "look into virtual environments too", nullptr},
      {"--continue-on-collection-errors", H::kHanded, A::kFlag, kSelect,
       "run what there is even if a file can't be imported", nullptr},
      {"--runxfail", H::kHanded, A::kFlag, kSelect, "report xfail tests as if they were not marked", nullptr},
      {"--doctest-modules", H::kHanded, A::kFlag, kSelect, "run doctests of all modules", nullptr},
      {"--doctest-report", H::kHanded, A::kValue, kSelect, "form of doctest failures", "FORM"},
      {"--doctest-glob", H::kHanded, A::kValues, kSelect, "text files with doctests", "GLOB"},
      {"--doctest-ignore-import-errors", H::kHanded, A::kFlag, kSelect,
       "skip doctests of modules that can't be imported", nullptr},
      {"--doctest-continue-on-failure", H::kHanded, A::kFlag, kSelect, "go on in a doctest after its first failure",
       nullptr},

      {"-q,--quiet", H::kHanded, A::kCount, kText, "say less", nullptr},
      {"-v,--verbose", H::kHanded, A::kCount, kText, "say more: one line for each test", nullptr},
      {"--verbosity", H::kHanded, A::kValue, kText, "set how much is said", "N"},
      {"-s", H::kHanded, A::kFlag, kText, "do not capture output: show it as it comes", nullptr},
      {"--capture", H::kHanded, A::kValue, kText, "how output is captured: fd, sys, no or tee-sys", "METHOD"},
      {"--show-capture", H::kHanded, A::kValue, kText,
       "what captured output failures show: no, stdout, stderr, log, all", "WHAT"},
      {"--tb", H::kHanded, A::kValue, kText, "how tracebacks are printed: auto, long, short, line, native, no",
       "STYLE"},
      {"--xfail-tb", H::kHanded, A::kFlag, kText, "show tracebacks of expected failures", nullptr},
      {"-l,--showlocals", H::kHanded, A::kFlag, kText, "show local variables in tracebacks", nullptr},
      {"--no-showlocals", H::kHanded, A::kFlag, kText, "do not show local variables", nullptr},
      {"--fulltrace,--full-trace", H::kHanded, A::kFlag, kText, "do not cut tracebacks", nullptr},
      {"-r,--report-chars", H::kHanded, A::kValue, kText,
       "what the short summary lists: (f)ailed, (E)rror, (s)kipped, (x)failed, (X)passed, (p)assed, (P)assed with "
       "output, (a)ll but passed, (A)ll",
       "CHARS"},
      {"--durations", H::kHanded, A::kValue, kText, "show the N slowest phases (0: all)", "N"},
      {"--durations-min", H::kHanded, A::kValue, kText, "leave out phases faster than this", "SECONDS"},
      {"--progress", H::kOwn, A::kValue, kText,
       "how far the run is: live (below everything, on a terminal; the default), plain (a line every half minute, as "
       "in "
       "logs) or none",
       "HOW"},
      {"--color", H::kHanded, A::kValue, kText, "yes, no or auto (also: NO_COLOR, FORCE_COLOR)", "WHEN"},
      {"--code-highlight", H::kHanded, A::kValue, kText, "highlight code in failures: yes or no", "WHEN"},
      {"--no-header", H::kHanded, A::kFlag, kText, "no header", nullptr},
      {"--no-summary", H::kHanded, A::kFlag, kText, "no summary", nullptr},
      {"--no-fold-skipped", H::kHanded, A::kFlag, kText, "one summary line for each skipped test", nullptr},
      {"--force-short-summary", H::kHanded, A::kFlag, kText, "short lines in the summary, whatever the verbosity",
       nullptr},
      {"-W,--pythonwarnings", H::kHanded, A::kValues, kText, "which warnings to report, as python -W", "FILTER"},
      {"--max-warnings", H::kSingleSession, A::kValue, kText, "fail if there are more warnings than this", "N"},
      {"--disable-warnings,--disable-pytest-warnings", H::kHanded, A::kFlag, kText, "no warnings summary", nullptr},

      {"--rootdir", H::kHanded, A::kValue, kConfig, "the project's root directory", "DIR"},
      {"-c,--config-file", H::kHanded, A::kValue, kConfig, "read this configuration file", "FILE"},
      {"-o,--override-ini", H::kHanded, A::kValues, kConfig, "set an option of the configuration file", "NAME=VALUE"},
      {"-p", H::kHanded, A::kValues, kConfig, "load this plugin early (no:NAME: don't load it)", "NAME"},
      {"--disable-plugin-autoload", H::kHanded, A::kFlag, kConfig, "load only plugins that are named", nullptr},
      {"--confcutdir", H::kHanded, A::kValue, kConfig, "load conftest.py files only below this", "DIR"},
      {"--noconftest", H::kHanded, A::kFlag, kConfig, "load no conftest.py", nullptr},
      {"--import-mode", H::kHanded, A::kValue, kConfig, "prepend, append or importlib", "MODE"},
      {"--basetemp", H::kSingleSession, A::kValue, kConfig, "base directory of tmp_path (emptied first)", "DIR"},
      {"--strict", H::kHanded, A::kFlag, kConfig, "all of pytest's strict options", nullptr},
      {"--strict-config", H::kHanded, A::kFlag, kConfig, "unknown configuration options are errors", nullptr},
      {"--strict-markers", H::kHanded, A::kFlag, kConfig, "marks that are not registered are errors", nullptr},
      {"--assert", H::kHanded, A::kValue, kConfig, "rewrite (default) or plain", "MODE"},
      {"--cache-clear", H::kHanded, A::kFlag, kConfig, "empty pytest's cache first", nullptr},

      {"--log-level", H::kHanded, A::kValue, kLog, "level of captured log messages", "LEVEL"},
      {"--log-format", H::kHanded, A::kValue, kLog, "format of log messages", "FORMAT"},
      {"--log-date-format", H::kHanded, A::kValue, kLog, "date format of log messages", "FORMAT"},
      {"--log-cli-level", H::kSingleSession, A::kValue, kLog, "show log messages from this level on as they come",
       "LEVEL"},
      {"--log-cli-format", H::kHanded, A::kValue, kLog, "their format", "FORMAT"},
      {"--log-cli-date-format", H::kHanded, A::kValue, kLog, "their date format", "FORMAT"},
      {"--log-file", H::kSingleSession, A::kValue, kLog, "write log messages to this file", "FILE"},
      {"--log-file-mode", H::kHanded, A::kValue, kLog, "how that file is opened", "MODE"},
      {"--log-file-level", H::kHanded, A::kValue, kLog, "level of what goes there", "LEVEL"},
      {"--log-file-format", H::kHanded, A::kValue, kLog, "its format", "FORMAT"},
      {"--log-file-date-format", H::kHanded, A::kValue, kLog, "its date format", "FORMAT"},
      {"--log-auto-indent", H::kHanded, A::kValue, kLog, "indent multi-line messages", "HOW"},
      {"--log-disable", H::kHanded, A::kValues, kLog, "disable this logger", "LOGGER"},

      {"--html", H::kHanded, A::kValue, kLog, "write an HTML report (pytest-html)", "FILE"},
      {"--json-report", H::kHanded, A::kFlag, kLog, "write a report as JSON (pytest-json-report)", nullptr},
      {"--report-log", H::kHanded, A::kValue, kLog, "write each report as a line of JSON (pytest-reportlog)", "FILE"},

      {"--collect-only,--collectonly,--co", H::kText, A::kFlag, kAsk, "list the tests as pytest collects them",
       nullptr},
      {"--fixtures,--funcargs", H::kText, A::kFlag, kAsk, "list the fixtures", nullptr},
      {"--fixtures-per-test", H::kText, A::kFlag, kAsk, "list the fixtures of each test", nullptr},
      {"--markers", H::kText, A::kFlag, kAsk, "list the marks", nullptr},
      {"--cache-show", H::kText, A::kOptionalValue, kAsk, "show pytest's cache", "GLOB"},
      {"--setup-only,--setuponly", H::kText, A::kFlag, kAsk, "set fixtures up, run no test", nullptr},
      {"--setup-plan,--setupplan", H::kText, A::kFlag, kAsk, "show which fixtures would be set up", nullptr},
      {"--setup-show,--setupshow", H::kText, A::kFlag, kAsk, "show fixtures while tests run", nullptr},
      {"--traceconfig,--trace-config", H::kText, A::kFlag, kAsk, "show how conftest.py files are found", nullptr},

      {"--lf,--last-failed", H::kSingleSession, A::kFlag, kWhole, "run only what failed last time", nullptr},
      {"--ff,--failed-first", H::kSingleSession, A::kFlag, kWhole, "run what failed last time first", nullptr},
      {"--nf,--new-first", H::kSingleSession, A::kFlag, kWhole, "run new files first", nullptr},
      {"--lfnf,--last-failed-no-failures", H::kSingleSession, A::kValue, kWhole,
       "what --lf does if nothing failed: all or none", "WHAT"},
      {"--sw,--stepwise", H::kSingleSession, A::kFlag, kWhole, "stop at a failure, go on from there next time",
       nullptr},
      {"--sw-skip,--stepwise-skip", H::kSingleSession, A::kFlag, kWhole, "as --stepwise, but ignore the first failure",
       nullptr},
      {"--sw-reset,--stepwise-reset", H::kSingleSession, A::kFlag, kWhole, "start --stepwise anew", nullptr},
      {"--pastebin", H::kSingleSession, A::kValue, kWhole, "send failures to a pastebin service", "MODE"},
      {"--debug", H::kSingleSession, A::kOptionalValue, kWhole, "write pytest's own trace to a file", "FILE"},
      {"--cov", H::kControlSession, A::kOptionalValue, kWhole,
       "measure coverage (pytest-cov); on this machine with any number of workers", "SOURCE"},
      {"--benchmark-enable", H::kSingleSession, A::kFlag, kWhole,
       "measure (pytest-benchmark); without one of these options benchmarks run once, unmeasured, beside other tests",
       nullptr},
      {"--benchmark-only", H::kSingleSession, A::kFlag, kWhole, "run benchmarks alone (pytest-benchmark)", nullptr},
      {"--benchmark-json", H::kSingleSession, A::kValue, kWhole, "write what was measured (pytest-benchmark)", "FILE"},
      {"--benchmark-save", H::kSingleSession, A::kValue, kWhole, "keep what was measured (pytest-benchmark)", "NAME"},
      {"--benchmark-autosave", H::kSingleSession, A::kFlag, kWhole, "the same, under a name made up", nullptr},
      {"--benchmark-compare", H::kSingleSession, A::kOptionalValue, kWhole,
       "compare with what was kept (pytest-benchmark)", "NAME"},

      {"--pdb", H::kInteractive, A::kFlag, kTake, "start the debugger at failures", nullptr},
      {"--pdbcls", H::kInteractive, A::kValue, kTake, "the debugger's class", "MODULE:CLASS"},
      {"--trace", H::kInteractive, A::kFlag, kTake, "start the debugger in each test", nullptr},

      {"--dist", H::kConsumed, A::kValue, kXdist, "batches go where there is room, whatever the mode", "MODE"},
      {"-d", H::kConsumed, A::kFlag, kXdist, "see --dist", nullptr},
      {"--tx", H::kConsumed, A::kValues, kXdist, "see -n", "SPEC"},
      {"--px", H::kConsumed, A::kValues, kXdist, "see -n", "SPEC"},
      {"--maxprocesses", H::kConsumed, A::kValue, kXdist, "upper bound of '-n auto', here too", "N"},
      {"--max-worker-restart", H::kConsumed, A::kValue, kXdist,
       "how many crashed workers are replaced before the run ends (here all, by default)", "N"},
      {"--loadscope-reorder", H::kConsumed, A::kFlag, kXdist, "long modules start first anyway", nullptr},
      {"--no-loadscope-reorder", H::kConsumed, A::kFlag, kXdist, "long modules start first anyway", nullptr},
      {"--maxschedchunk", H::kConsumed, A::kValue, kXdist, "batches are sized by predicted time", "N"},
      {"--testrunuid", H::kConsumed, A::kValue, kXdist, "the run's own id", "ID"},
      {"--rsyncdir", H::kConsumed, A::kValues, kXdist, "no files are copied", "DIR"},
      {"--rsyncignore", H::kConsumed, A::kValues, kXdist, "no files are copied", "GLOB"},
  };
}

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const std::vector<Flag>& FlagTable() {
  static const auto* const kTable = new std::vector<Flag>(MakeTable());
  return *kTable;
}

std::vector<std::string> Names(const Flag& flag) { return absl::StrSplit(flag.names, ','); }

std::string MainName(const Flag& flag) { return Names(flag).back(); }

std::string NearestSpelling(const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  if (name.rfind("--", 0) != 0) return "";
  std::string best;
  // A third of the letters wrong is another word, not a slip.
  size_t best_distance = std::max<size_t>(1, (name.size() - 2) / 3) + 1;
  for (const Flag& flag : FlagTable()) {
    for (const std::string& known : Names(flag)) {
      const size_t distance = EditDistance(name, known);
      if (distance < best_distance) {
        best_distance = distance;
        best = known;
      }
    }
  }
  return best == name ? "" : best;
}

}  // namespace fastest::options
