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
       "how a worker runs a test: 'pytest' (pytest's own protocol), 'auto' (a faster way where the outcome is sure to "
       "be the same), 'direct' (as auto, and lists the tests that needed pytest's protocol) or 'native' (as auto, and "
       "tests whose assertions are about constants are decided without Python, where only pytest has a say in them)",
       "ENGINE"},
      {"--python", H::kOwn, A::kValue, group::kRun,
       "interpreter that has pytest and your packages (default: the active environment's, then .venv or venv of the "
       "project, then python3)",
       "PATH", kOfFinishedRuns},
      {"--as-module", H::kOwn, A::kFlag, group::kRun,
       "as 'python -m pytest' does, put the working directory first on sys.path ('python -m fastest' has this option)",
       nullptr, kOfFinishedRuns},
      {"--warm", H::kOwn, A::kFlagOrWord, group::kRun,
       "use the agent that the last run of this project left behind with pytest loaded, and leave it for the next run; "
       "it ends after 10 minutes without a run. --warm=stop ends it now",
       "stop"},
      {"--preload", H::kOwn, A::kValue, group::kRun,
       "modules of site-packages that a warm agent, or an agent on another machine, loads between two runs. The next "
       "run uses them where this makes no difference: 'none' (default), 'auto' (what the test files import), or names",
       "none|auto|NAME,..."},
      {"--hang-timeout", H::kOwn, A::kValue, group::kRun,
       "end a test that runs longer than this and report it as failed, with its Python stack (default: no limit)",
       "SECONDS"},
      {"--shard", H::kOwn, A::kValue, group::kRun,
       "run only the I-th of N shards of the suite (from 1), for jobs that cannot reach each other. The plan is that "
       "of --plan-file; without it each job makes the same plan from the same files, options and history",
       "I/N", kOfOneRun | kDividesRun},
      {"--plan-file", H::kOwn, A::kValue, group::kRun, "with --shard: the plan that --plan-out wrote", "FILE",
       kDividesRun | kReadsFile},
      {"--rerun-from", H::kAsked, A::kValues, group::kRun,
       "run only what failed or has no result in this --report-json file, or in those of a folder (of the same shard)",
       "PATH", kReadsFile},
      {"--retries", H::kOwn, A::kValue, group::kRun,
       "run a failed test again, up to N times; a test that passes then is reported as flaky (default: 0; tests marked "
       "no_retry are never run again)",
       "N", kDividesRun},
      {"--retry-budget", H::kOwn, A::kValue, group::kRun,
       "with --retries: how many retries the whole run may have, as a number or a percentage of its tests (1%); later "
       "failures are final",
       "N|P%"},
      {"--flaky-result", H::kOwn, A::kValue, group::kRun,
       "result of a run in which a test passed only after it had failed: pass (default) or fail", "pass|fail"},
      {"--quarantine", H::kOwn, A::kValue, group::kRun,
       "TOML file of tests whose failures are shown apart and don't fail the run, each with owner, reason and last "
       "day; an entry whose last day is over fails the run",
       "FILE", kReadsFile},
      {"--deadline", H::kOwn, A::kValue, group::kRun,
       "end the run within this time: near the end no test is begun, all reports are written, and tests that were not "
       "run are named (exit code 11)",
       "SECONDS"},
      {"--history", H::kOwn, A::kValue, group::kRun,
       "recorded durations, from which runs are balanced: a file; or a folder, https://HOST/PATH or "
       "s3://BUCKET/PREFIX, to which each run adds a small file (default: a file in the cache directory)",
       "STORE", kOfFinishedRuns | kWritesFile},
      {"--history-base", H::kOwn, A::kValue, group::kRun,
       "durations to use for tests that --history lacks, for instance the main branch's; never written", "STORE"},
  };
}

std::vector<Flag> FarmFlags() {
  return {
      {"--agents", H::kOwn, A::kValue, group::kFarm,
       "run on these agents, separated by commas: HOST:PORT, dns:///NAME:PORT for all addresses of a name, or @FILE "
       "with an agent on each line, read again when the file changes",
       "LIST", kOfOneRun},
      {"--listen", H::kOwn, A::kValue, group::kFarm,
       "let agents join here at any time during the run (fastest-agent --join); port 0: any free port", "HOST:PORT",
       kOfOneRun},
      {"--port-file", H::kOwn, A::kValue, group::kFarm, "with --listen: write the bound HOST:PORT into this file",
       "FILE", kWritesFile},
      {"--min-agents", H::kOwn, A::kValue, group::kFarm, "start when N agents have answered (default: 1)", "N"},
      {"--wait-agents", H::kOwn, A::kValue, group::kFarm,
       "how long to wait for these agents (default: 30 with --listen, otherwise until each was tried)", "SECONDS"},
      {"--lease", H::kOwn, A::kValue, group::kFarm,
       "how long an agent may be out of reach before its tests go to others (default: 20)", "SECONDS"},
      {"--pass-env", H::kOwn, A::kValues, group::kFarm,
       "give tests on other machines these variables of this environment", "NAME,..."},
      {"--set-env", H::kOwn, A::kValues, group::kFarm, "give tests on other machines this variable", "NAME=VALUE"},
      {"--allow-stale", H::kOwn, A::kFlag, group::kFarm, "also use agents whose test files differ from the files here",
       nullptr},
      {"--tls-ca", H::kOwn, A::kValue, group::kFarm, "certificate authority that signed the agents' certificates",
       "FILE", kReadsFile},
      {"--tls-cert", H::kOwn, A::kValue, group::kFarm, "this side's certificate", "FILE", kReadsFile},
      {"--tls-key", H::kOwn, A::kValue, group::kFarm, "the key of this side's certificate", "FILE", kReadsFile},
      {"--token-file", H::kOwn, A::kValue, group::kFarm, "secret word that agents and coordinators share", "FILE",
       kReadsFile},
      {"--insecure", H::kOwn, A::kFlag, group::kFarm, "allow other machines without TLS and without a token", nullptr},
  };
}

std::vector<Flag> AskFlags() {
  return {
      {"--status", H::kAsked, A::kFlagOrWord, group::kAsk,
       "run nothing: print what each of --agents is and does; --status=json prints JSON", "json"},
      {"--drain", H::kAsked, A::kValues, group::kAsk,
       "run nothing: let these agents finish their running tests and then end; HOST:PORT, or names among --agents",
       "AGENT"},
      {"--history-import", H::kAsked, A::kValues, group::kAsk,
       "run nothing: add durations from pytest-split's .test_durations or a JUnit XML file to --history", "FILE",
       kReadsFile},
      {"--history-compact", H::kAsked, A::kFlag, group::kAsk, "run nothing: join the small files of --history into one",
       nullptr},
      {"--shards", H::kAsked, A::kValue, group::kAsk,
       "with --plan-out: divide the tests into N shards of about the same predicted time; runs no test", "N"},
      {"--plan-out", H::kAsked, A::kValue, group::kAsk,
       "with --shards: the file that the plan is written to, for --plan-file", "FILE", kWritesFile},
      {"--plan", H::kAsked, A::kFlag, group::kAsk,
       "show the batches that a run would be made of, and how long it would take; runs no test", nullptr},
      {"--doctor", H::kAsked, A::kFlag, group::kAsk,
       "run the suite with pytest and with Fastest, and say whether the verdicts are the same, how much faster it is "
       "and which tests go through which engine",
       nullptr},
      {"--discover", H::kAsked, A::kFlag, group::kAsk,
       "list the tests that can be found without Python, in milliseconds; ids are exact or marked open", nullptr},
      {"--controller", H::kAsked, A::kValue, group::kAsk,
       "for `pytest --fastest`, which gives this option: pytest reports the run, and listens on the socket of this "
       "name",
       "NAME"},
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
       "input); allowed beside it: this group's other options, --color, and --history, which gets the durations",
       "FILE", kReadsFile},
      {"--merge", H::kAsked, A::kFlag, group::kReports,
       "run nothing: join the --report-json files of all shards and attempts, given as PATHs or folders, into one "
       "verdict and the reports of the whole run; missing shards and tests are named (exit code 10)",
       nullptr},
      {"--coverage-data", H::kOwn, A::kValue, group::kReports,
       "with --merge: join the shards' coverage data, the .coverage.* files in the folders among PATHs, into this file "
       "(with the coverage.py of --python)",
       "FILE", kOfMerges | kWritesFile},
      {"--junit-xml,--junitxml", H::kOwn, A::kValue, group::kReports, "write a JUnit XML report, in pytest's form",
       "FILE", kReportFile},
      {"--junit-prefix,--junitprefix", H::kOwn, A::kValue, group::kReports,
       "put this before the class names in the JUnit report", "TEXT", kOfFinishedRuns},
      {"--report-html", H::kOwn, A::kValue, group::kReports,
       "write a page that needs nothing else: results to search and filter, failures, a timeline of all slots", "FILE",
       kReportFile | kNamesFile},
      {"--compare-with", H::kOwn, A::kValue, group::kReports,
       "with --report-html or --serve-ui: compare results and durations with an earlier page, or an earlier "
       "--report-json file",
       "FILE", kNamesFile | kOfFinishedRuns | kReadsFile},
      {"--report-markdown", H::kOwn, A::kValue, group::kReports,
       "write a summary in Markdown, as for a CI job's page ($GITHUB_STEP_SUMMARY)", "FILE", kReportFile | kNamesFile},
      {"--report-ctrf", H::kOwn, A::kValue, group::kReports, "write a report in the Common Test Report Format (JSON)",
       "FILE", kReportFile | kNamesFile},
      {"--trace-json", H::kOwn, A::kValue, group::kReports,
       "write a trace for Perfetto or chrome://tracing: what ran where and when (--trace itself is pytest's debugger)",
       "FILE", kReportFile | kNamesFile},
      {"--metrics", H::kOwn, A::kValue, group::kReports,
       "while the run goes on, serve metrics to Prometheus, without a token: http://HOST:PORT/metrics; port 0: any "
       "free port",
       "HOST:PORT", kOfOneRun},
      {"--metrics-port-file", H::kOwn, A::kValue, group::kReports,
       "with --metrics: write the bound HOST:PORT into this file", "FILE", kWritesFile},
      {"--serve-ui", H::kOwn, A::kValue, group::kReports,
       "while the run goes on, show the page of --report-html to browsers, at http://HOST:PORT/; port 0: any free "
       "port. If other machines can connect, a token is needed: the address on standard error contains the token",
       "HOST:PORT", kOfOneRun},
      {"--serve-ui-port-file", H::kOwn, A::kValue, group::kReports,
       "with --serve-ui: write the bound HOST:PORT into this file", "FILE", kWritesFile},
  };
}

std::vector<Flag> OrderFlags() {
  return {
      {"--order", H::kOwn, A::kValue, group::kOrder,
       "'pytest': each module's tests run in one worker and in pytest's order; 'free' (default): parts of a module may "
       "run in any worker and in any order. With -n 1 the order is always pytest's",
       "ORDER"},
      {"--replay", H::kAsked, A::kValue, group::kOrder,
       "repeat what one worker ran in the run that wrote this --report-json file: the same tests in the same order, "
       "with the same options for pytest",
       "EVENTS", kReadsFile},
      {"--worker", H::kAsked, A::kValue, group::kOrder,
       "with --replay: the worker, as reports name it (default: the one on which --until failed)", "gwN"},
      {"--until", H::kAsked, A::kValue, group::kOrder, "with --replay: the last test to run", "NODEID"},
      {"--bisect", H::kAsked, A::kFlag, group::kOrder,
       "with --replay and --until: run this test again and again after fewer and fewer tests, and name the tests that "
       "change its outcome",
       nullptr},
      {"--check-isolation", H::kAsked, A::kFlag, group::kOrder,
       "run the suite in pytest's order and in several others, one test at a time, and name the tests that come out "
       "differently, and the tests that they depend on",
       nullptr},
      {"--shadow", H::kOwn, A::kValue, group::kOrder,
       "after the run, let pytest itself run this share of the batches too, and warn of tests that come out "
       "differently",
       "P%"},
  };
}

}  // namespace fastest::options
