// From words to wishes: what the command line, with addopts and PYTEST_ADDOPTS, asks of a run.
#ifndef FASTEST_COORDINATOR_REQUEST_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_REQUEST_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/net/transport_security.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/report/terminal/fold.h"
#include "coordinator/run/run_options.h"

namespace fastest::request {

// Where a request's parts come from. `getenv` may answer nullptr.
struct Surroundings {
  std::string invocation_dir;
  std::function<const char*(const char*)> getenv;
  int cores = 1;
  bool stdout_is_terminal = false;
  // The day, as "2026-11-25".
  std::string today;
  // Columns of the terminal; 0 if there is none.
  int terminal_columns = 0;
};

// Agents on other machines; used if `agents` or `listen` is not empty.
struct FarmOptions {
  // As typed: see agents::AgentList.
  std::string agents;
  std::string listen;
  std::string port_file;
  int min_agents = 1;
  // Negative: not given.
  double wait_s = -1;
  double lease_s = 20;
  // Variables for the tests there.
  std::map<std::string, std::string> environment;
  // Those that must be missing there, whatever the agent's environment has.
  std::vector<std::string> absent_environment;
  bool allow_stale = false;
  SecurityOptions security;
  // The coordinator's.
  std::string rootdir;

  // --status, --status=json and --drain, in place of a run.
  bool status = false;
  bool status_json = false;
  std::vector<std::string> drain;

  bool used() const { return !agents.empty() || !listen.empty(); }
};

// The run as one of several that can't reach each other.
struct ShardOptions {
  // --shard I/N; 0: not given.
  int shard = 0;
  // Its N, or that of --shards.
  int shards = 0;
  // Absolute paths; empty: none.
  std::string plan_file;
  std::string plan_out;
  std::vector<std::string> rerun_from;
  // --order=pytest: no module is divided among shards.
  bool keep_modules = false;
  // The words that choose the tests and how they may be divided, for the plan to be recognised by.
  std::vector<std::string> selection;
};

struct Request {
  run::RunOptions run;
  // PYTEST_ADDOPTS, divided into words.
  std::vector<std::string> environment_words;
  ShardOptions shard;
  FarmOptions farm;
  // Absolute paths; empty: none. "-" for standard output.
  std::string report_json;
  std::string junit_xml;
  std::string junit_prefix;
  std::string report_html;
  std::string compare_with;
  std::string report_markdown;
  std::string report_ctrf;
  std::string trace_json;
  // --metrics, as given; and the absolute path of --metrics-port-file.
  std::string metrics;
  std::string metrics_port_file;
  // Likewise of --serve-ui.
  std::string serve_ui;
  std::string serve_ui_port_file;
  // GitHub Actions reads what is printed, and its folder with the project.
  bool annotate = false;
  report::FoldStyle fold = report::FoldStyle::kNone;
  std::string workspace;
  // --shadow, as a share from 0 to 1.
  double shadow = 0;
  // --engine-report.
  bool engine_report = false;
  std::string history;
  // --history-base: read, never written. --history-import, in place of a run; --history-compact, likewise.
  std::string history_base;
  std::vector<std::string> history_import;
  bool history_compact = false;
  // Say of each failure whether it is new: where the user named a history, which others fill too. What a person's own cache knows is what
  // that person saw.
  bool label_failures = false;
  // By what the history tells projects apart: the rootdir; empty in a file that the user has named, which is the project's own wherever the
  // checkout lies.
  std::string history_project;
  std::string discovery_cache;
  // The human text goes to standard error, because standard output carries JSON.
  bool text_to_stderr = false;
  // A terminal that can rewrite a line; a log that wants a line now and then.
  bool live = false;
  bool heartbeat = false;
  // pytest takes over the terminal (--pdb …): the option that asked for it.
  std::string interactive_option;
  // --warm, and where the agents that it leaves wait: `warm_folder` is $XDG_RUNTIME_DIR/fastest or the cache's. `warm_stop`, in place of a
  // run: they are ended.
  bool warm = false;
  bool warm_stop = false;
  std::string warm_folder;
  // --pyargs: the arguments are names of modules.
  bool names_modules = false;
  // Lines for the user about what his options led to.
  std::vector<std::string> notes;
};

// `line` is what was typed (with environment and settings file), `project` what was found for it. Errors: InvalidArgument with one line.
absl::StatusOr<Request> MakeRequest(const options::CommandLine& line, const discovery::ProjectConfig& project,
                                    const Surroundings& surroundings);

// What was typed, preceded by the project's addopts and PYTEST_ADDOPTS, as pytest reads it.
absl::StatusOr<options::CommandLine> WithAddopts(const options::CommandLine& line,
                                                 const discovery::ProjectConfig& project,
                                                 const Surroundings& surroundings);

// The directory for what outlives a run ($XDG_CACHE_HOME/fastest or ~/.cache/fastest); empty if there is no home.
std::string CacheDirectory(const Surroundings& surroundings);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_REQUEST_H_
