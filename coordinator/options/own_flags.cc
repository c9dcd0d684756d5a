#include "coordinator/options/own_flags.h"

#include "coordinator/options/flag_groups.h"

namespace fastest::options {
namespace {

using H = Handling;
using A = Arity;

}  // namespace

std::vector<Flag> RunFlags() {
  return {
      {"-n,--numprocesses,--workers", H::kOwn, A::kValue, group::kRun,
       "how many tests run at a time: a number, or 'auto' (one for each usable core, the default); 1 keeps pytest's "
       "own "
       "order",
       "N|auto"},
      {"--engine", H::kOwn, A::kValue, group::kRun,
       "how a worker runs a test: 'pytest' (pytest's own protocol), 'auto' (the fastest that is sure to agree with it) "
       "or 'direct' (as auto, and lists the tests that had to be left to pytest's). 'native' is as auto, and tests "
       "that only assert something of constants are decided without Python where nobody but pytest sees them",
       "ENGINE"},
      {"--python", H::kOwn, A::kValue, group::kRun,
       "interpreter that has pytest and your packages (default: the active virtual environment's, then python3)",
       "PATH", kOfMerges},
      {"--warm", H::kOwn, A::kFlagOrWord, group::kRun,
       "leave an agent behind that has pytest loaded, for the next run of this project, and use the one that the last "
       "run left; it ends after 10 minutes without a run. --warm=stop ends it now",
       "stop"},
      {"--preload", H::kOwn, A::kValue, group::kRun,
       "what a warm agent, or one on another machine, loads of site-packages between two runs, for the second to find "
       "it loaded where that makes no difference: 'none' (default), 'auto' (what the test files import), or modules",
       "none|auto|NAME,..."},
      {"--hang-timeout", H::kOwn, A::kValue, group::kRun,
       "end a test that runs longer than this and report it as failed, with its Python stack (default: no limit)",
       "SECONDS"},
      {"--shard", H::kOwn, A::kValue, group::kRun,
       "run only the I-th of N shards of the suite (from 1), for jobs that cannot reach each other; with --plan-file "
       "by that plan, else by one of its own, the same in each job that has the same files, options and history",
       "I/N", kOfOneRun | kDividesRun},
      {"--plan-file", H::kOwn, A::kValue, group::kRun, "with --shard: the plan that --plan-out wrote", "FILE",
       kDividesRun},
      {"--rerun-from", H::kAsked, A::kValues, group::kRun,
       "run only what failed or has no result in this --report-json file, or in those of a folder (of the same shard)",
       "PATH"},
      {"--retries", H::kOwn, A::kValue, group::kRun,
       "run a test that fails again, N times at most; one that passes then is reported as flaky (default: 0; never one "
       "marked no_retry)",
       "N", kDividesRun},
      {"--retry-budget", H::kOwn, A::kValue, group::kRun,
       "with --retries: how many retries the whole run may have, as a number or a percentage of its tests (1%); after "
       "that a failure is final",
       "N|P%"},
      {"--flaky-result", H::kOwn, A::kValue, group::kRun,
       "what a test that passed after it had failed means for the run: pass (default) or fail", "pass|fail"},
      {"--quarantine", H::kOwn, A::kValue, group::kRun,
       "TOML file of tests whose failures are shown apart and don't fail the run, each with owner, reason and last "
       "day; an entry past its day fails it",
       "FILE"},
      {"--deadline", H::kOwn, A::kValue, group::kRun,
       "be done after so many seconds: near the end no test is begun, all reports are written, and what was not run is "
       "named (exit code 11)",
       "SECONDS"},
      {"--history", H::kOwn, A::kValue, group::kRun,
       "recorded durations, from which runs are balanced: a file; or a folder, https://HOST/PATH or "
       "s3://BUCKET/PREFIX, to which each run adds a small file (default: a file in the cache directory)",
       "STORE", kOfFinishedRuns},
      {"--history-base", H::kOwn, A::kValue, group::kRun,
       "durations to go by where --history knows nothing, for instance the main branch's; only read", "STORE"},
  };
}

std::vector<Flag> FarmFlags() {
  return {
      {"--agents", H::kOwn, A::kValue, group::kFarm,
       "run on these agents: HOST:PORT, or dns:///NAME:PORT for all addresses of a name, or @FILE with one a line, "
       "read again as it changes; separated by commas",
       "LIST", kOfOneRun},
      {"--listen", H::kOwn, A::kValue, group::kFarm,
       "let agents come here at any time during the run (fastest-agent --join); port 0: any that is free", "HOST:PORT",
       kOfOneRun},
      {"--port-file", H::kOwn, A::kValue, group::kFarm, "with --listen: write the bound HOST:PORT into this file",
       "FILE"},
      {"--min-agents", H::kOwn, A::kValue, group::kFarm, "start when so many agents have answered (default: 1)", "N"},
      {"--wait-agents", H::kOwn, A::kValue, group::kFarm,
       "how long to wait for them (default: 30 with --listen, else until each was tried)", "SECONDS"},
      {"--lease", H::kOwn, A::kValue, group::kFarm,
       "how long an agent may be out of reach before its tests go to others (default: 20)", "SECONDS"},
      {"--pass-env", H::kOwn, A::kValues, group::kFarm,
       "give tests on other machines these variables of this environment", "NAME,..."},
      {"--set-env", H::kOwn, A::kValues, group::kFarm, "give tests on other machines this variable", "NAME=VALUE"},
      {"--allow-stale", H::kOwn, A::kFlag, group::kFarm,
       "run on agents whose test files differ from those here all the same", nullptr},
      {"--tls-ca", H::kOwn, A::kValue, group::kFarm, "certificate authority that agents must be known to", "FILE"},
      {"--tls-cert", H::kOwn, A::kValue, group::kFarm, "this side's certificate", "FILE"},
      {"--tls-key", H::kOwn, A::kValue, group::kFarm, "its key", "FILE"},
      {"--token-file", H::kOwn, A::kValue, group::kFarm, "secret word that agents and coordinators share", "FILE"},
      {"--insecure", H::kOwn, A::kFlag, group::kFarm, "allow plain text, and anybody, beyond this machine", nullptr},
  };
}

std::vector<Flag> AskFlags() {
  return {
      {"--status", H::kAsked, A::kFlagOrWord, group::kAsk,
       "run nothing: say of each of --agents what it is and what it does; --status=json says it to programs", "json"},
      {"--drain", H::kAsked, A::kValues, group::kAsk,
       "run nothing: have these agents finish the tests that they run and end; HOST:PORT, or their names among "
       "--agents",
       "AGENT"},
      {"--history-import", H::kAsked, A::kValues, group::kAsk,
       "run nothing: add durations from pytest-split's .test_durations or a JUnit XML file to --history", "FILE"},
      {"--history-compact", H::kAsked, A::kFlag, group::kAsk, "run nothing: join the small files of --history to one",
       nullptr},
      {"--shards", H::kAsked, A::kValue, group::kAsk,
       "with --plan-out: divide the tests into N shards of about the same predicted time; runs no test", "N"},
      {"--plan-out", H::kAsked, A::kValue, group::kAsk,
       "with --shards: the file that the plan is written to, for --plan-file", "FILE"},
      {"--plan", H::kAsked, A::kFlag, group::kAsk,
       "show the batches that a run would be made of, and how long it would take; runs no test", nullptr},
      {"--doctor", H::kAsked, A::kFlag, group::kAsk,
       "run the suite with pytest and with Fastest, and say whether the verdicts are the same, how much faster it is "
       "and which tests go through which engine",
       nullptr},
      {"--discover", H::kAsked, A::kFlag, group::kAsk,
       "list what can be known of the tests without Python, in milliseconds; ids are exact or marked open", nullptr},
      {"-h,--help", H::kAsked, A::kFlag, group::kAsk, "print this text and exit", nullptr},
      {"-V,--version", H::kAsked, A::kFlag, group::kAsk, "print the version and exit", nullptr},
  };
}

std::vector<Flag> ReportFlags() {
  return {
      {"--engine-report", H::kOwn, A::kFlag, group::kReports,
       "say at the end how many tests ran in which engine, and why the others could not run in the direct one", nullptr,
       kOfFinishedRuns},
      {"--report-json", H::kOwn, A::kValue, group::kReports,
       "write one JSON line for each event; '-' is standard output, the text then goes to standard error", "FILE",
       kReportFile},
      {"--from-json", H::kAsked, A::kValue, group::kReports,
       "run nothing: make the reports, and the exit code, of the run that wrote this --report-json file ('-': standard "
       "input); beside it may stand this group's other options, --color, and --history, where its durations go",
       "FILE"},
      {"--merge", H::kAsked, A::kFlag, group::kReports,
       "run nothing: join the --report-json files named as PATHs, or those in folders, of all shards and attempts to "
       "the one verdict and the reports of the whole run; what is missing is named (exit code 10)",
       nullptr},
      {"--coverage-data", H::kOwn, A::kValue, group::kReports,
       "with --merge: join the shards' coverage data, the .coverage.* files in the folders among PATHs, to this file "
       "(by coverage.py, of --python)",
       "FILE", kOfMerges},
      {"--junit-xml,--junitxml", H::kOwn, A::kValue, group::kReports, "write a JUnit XML report, in pytest's form",
       "FILE", kReportFile},
      {"--junit-prefix,--junitprefix", H::kOwn, A::kValue, group::kReports,
       "put this before the class names in the JUnit report", "TEXT", kOfFinishedRuns},
      {"--report-html", H::kOwn, A::kValue, group::kReports,
       "write a page that needs nothing else: results to search and filter, failures, a timeline of all slots", "FILE",
       kReportFile | kNamesFile},
      {"--compare-with", H::kOwn, A::kValue, group::kReports,
       "with --report-html or --serve-ui: an earlier such page, or --report-json file, whose results and durations to "
       "compare with",
       "FILE", kNamesFile | kOfFinishedRuns},
      {"--report-markdown", H::kOwn, A::kValue, group::kReports,
       "write a summary in Markdown, as for a CI job's page ($GITHUB_STEP_SUMMARY)", "FILE", kReportFile | kNamesFile},
      {"--report-ctrf", H::kOwn, A::kValue, group::kReports, "write a report in the Common Test Report Format (JSON)",
       "FILE", kReportFile | kNamesFile},
      {"--trace-json", H::kOwn, A::kValue, group::kReports,
       "write a trace for Perfetto or chrome://tracing: what ran where and when (--trace itself is pytest's debugger)",
       "FILE", kReportFile | kNamesFile},
      {"--metrics", H::kOwn, A::kValue, group::kReports,
       "while the run goes on, tell Prometheus how it does: http://HOST:PORT/metrics, to whoever asks; port 0: any",
       "HOST:PORT", kOfOneRun},
      {"--metrics-port-file", H::kOwn, A::kValue, group::kReports,
       "with --metrics: write the bound HOST:PORT into this file", "FILE"},
      {"--serve-ui", H::kOwn, A::kValue, group::kReports,
       "while the run goes on, show the page of --report-html to browsers, at http://HOST:PORT/; port 0: any. Where "
       "other machines can come, a token is needed: the address on standard error has it",
       "HOST:PORT", kOfOneRun},
      {"--serve-ui-port-file", H::kOwn, A::kValue, group::kReports,
       "with --serve-ui: write the bound HOST:PORT into this file", "FILE"},
  };
}

std::vector<Flag> OrderFlags() {
  return {
      {"--order", H::kOwn, A::kValue, group::kOrder,
       "'pytest': with several workers too, a module's tests run in one of them and in pytest's order; 'free' "
       "(default): its parts may run anywhere and in any order. With -n 1 the order is always pytest's",
       "ORDER"},
      {"--replay", H::kAsked, A::kValue, group::kOrder,
       "run again what one worker of the run that wrote this --report-json file ran, in the same order, with the same "
       "options for pytest",
       "EVENTS"},
      {"--worker", H::kAsked, A::kValue, group::kOrder,
       "with --replay: the worker, as reports name it (default: the one on which --until failed)", "gwN"},
      {"--until", H::kAsked, A::kValue, group::kOrder, "with --replay: this test is the last", "NODEID"},
      {"--bisect", H::kAsked, A::kFlag, group::kOrder,
       "with --replay and --until: run it again and again with fewer tests before, and name those without which it "
       "comes out otherwise",
       nullptr},
      {"--check-isolation", H::kAsked, A::kFlag, group::kOrder,
       "run the suite in pytest's order and in several others, one test at a time, and name the tests that come out "
       "differently, with those that they lean on",
       nullptr},
      {"--shadow", H::kOwn, A::kValue, group::kOrder,
       "after the run, have pytest itself run this share of the batches, too, and warn of tests that come out "
       "differently",
       "P%"},
  };
}

}  // namespace fastest::options
