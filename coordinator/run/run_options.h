// What one run does, after command line, environment and files have been read.
#ifndef FASTEST_COORDINATOR_RUN_RUN_OPTIONS_H_
#define FASTEST_COORDINATOR_RUN_RUN_OPTIONS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/constant_tests/module.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/policy/failure_rules.h"
#include "coordinator/policy/patience.h"
#include "coordinator/shards/share.h"
#include "proto/test.pb.h"

namespace fastest::run {

// The terminal that pytest's text is made for.
struct Terminal {
  // pytest's own text is the answer. It is shown as it comes, and our reporters that print are not used.
  bool forwarded = false;
  bool color = false;
  int columns = 80;
};

struct RunOptions {
  std::string run_id;
  // Absolute directory in which the command was typed.
  std::string invocation_dir;
  // The project's folder, as far as its files tell. Reports take pytest's own word for it as soon as there is one.
  std::string rootdir;
  // For pytest in the workers.
  std::vector<std::string> pytest_args;
  std::string python;
  bool as_module = false;  // RunSpec.as_module.
  // RunSpec.preload.
  std::vector<std::string> preload;
  // --preload=auto: `preload` becomes what the tests' files import.
  bool preload_auto = false;
  // RunSpec.engine.
  v1::Engine engine = v1::ENGINE_AUTO;
  // Modules whose tests were decided without Python, by node id: see DecidedModules(). Only with several slots, and if
  // the run is not a part of another.
  std::map<std::string, constant_tests::Module> constant_modules;
  int slots = 1;
  v1::CollectionMode collection = v1::AUTO;
  Terminal terminal;
  // Show the plan, run nothing. `plan_in_full`: every batch of it.
  bool plan_only = false;
  bool plan_in_full = false;
  // A JUnit report is written.
  bool junit_xml = false;
  // Paths or node ids were given: the run may be less than the suite.
  bool names_tests = false;
  policy::FailureRules failures;
  policy::Patience patience;
  // Which of the tests are run here.
  shards::Share share;
  // These tests are run in one worker and in this order, without a plan. Only with a single slot.
  std::optional<isolation::Sequence> sequence;
  // Keep a module's tests together and in pytest's order.
  bool keep_modules = false;
  // Whether agents may still join when none is left: the run then waits for them.
  bool more_agents = false;
  // The option whose plugin needs a control session beside the workers. Empty: no option does. Only with one agent, and
  // several slots.
  std::string control_option;
  // RunSpec.controller: the process that called is the control session, and the run ends with it. Empty: there is none.
  std::string controller;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_RUN_OPTIONS_H_
