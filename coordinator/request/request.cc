#include "coordinator/request/request.h"

#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/shell_words.h"
#include "base/status_macros.h"
#include "coordinator/history/remote_location.h"
#include "coordinator/history/store.h"
#include "coordinator/options/flag_table.h"

namespace fastest::request {
namespace {

constexpr int kDefaultColumns = 80;
constexpr int kMostSlots = 1024;
constexpr char kAddoptsVariable[] = "PYTEST_ADDOPTS";

std::string Env(const Surroundings& surroundings, const char* name) {
  const char* value = surroundings.getenv(name);
  return value == nullptr ? "" : value;
}

std::string Absolute(const std::string& path, const Surroundings& surroundings) {
  if (path.empty() || path[0] == '/' || path == "-") return path;
  if (path[0] == '~' && (path.size() == 1 || path[1] == '/')) return Env(surroundings, "HOME") + path.substr(1);
  return absl::StrCat(surroundings.invocation_dir, "/", path);
}

absl::StatusOr<int> Slots(const options::CommandLine& line, const Surroundings& surroundings) {
  const std::string text = line.Last("--workers").value_or("auto");
  int slots = 0;
  if (text == "auto" || text == "logical") {
    slots = surroundings.cores;
    int most = 0;
    if (absl::SimpleAtoi(line.Last("--maxprocesses").value_or(""), &most) && most > 0) slots = std::min(slots, most);
  } else if (!absl::SimpleAtoi(text, &slots) || slots < 0 || slots > kMostSlots) {
    return absl::InvalidArgumentError(
        absl::StrCat(line.Given("--workers"), ": a number from 1 to ", kMostSlots, " is needed, or 'auto'"));
  }
  // xdist's -n 0: no worker processes, that is one session.
  return std::max(slots, 1);
}

absl::StatusOr<double> Seconds(const options::CommandLine& line, const std::string& option) {
  const std::optional<std::string> text = line.Last(option);
  if (!text.has_value()) return 0.0;
  double seconds = 0;
  if (!absl::SimpleAtod(*text, &seconds) || !(seconds >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat(line.Given(option), ": a number of seconds is needed (0: no limit)"));
  }
  return seconds;
}

bool WantsColor(const options::CommandLine& line, const Surroundings& surroundings) {
  const std::string when = line.Last("--color").value_or("auto");
  if (when == "yes") return true;
  if (when == "no") return false;
  // pytest's order of precedence.
  if (const std::string py = Env(surroundings, "PY_COLORS"); py == "1" || py == "0") return py == "1";
  if (!Env(surroundings, "NO_COLOR").empty()) return false;
  if (!Env(surroundings, "FORCE_COLOR").empty()) return true;
  return surroundings.stdout_is_terminal && Env(surroundings, "TERM") != "dumb";
}

int Columns(const Surroundings& surroundings) {
  int columns = 0;
  if (absl::SimpleAtoi(Env(surroundings, "COLUMNS"), &columns) && columns > 0) return columns;
  return surroundings.terminal_columns > 0 ? surroundings.terminal_columns : kDefaultColumns;
}

std::string Python(const options::CommandLine& line, const Surroundings& surroundings) {
  if (const std::optional<std::string> given = line.Last("--python"); given.has_value()) {
    const bool is_path = given->find('/') != std::string::npos || (*given)[0] == '~';
    return is_path ? Absolute(*given, surroundings) : *given;
  }
  if (const std::string environment = Env(surroundings, "VIRTUAL_ENV"); !environment.empty()) {
    return environment + "/bin/python";
  }
  return "python3";
}

// pytest reads these itself, so the tests' machines must have them as this one has, or lacks, them.
constexpr const char* kPytestVariables[] = {"PYTEST_ADDOPTS",
                                            "PYTEST_PLUGINS",
                                            "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
                                            "PY_COLORS",
                                            "NO_COLOR",
                                            "FORCE_COLOR",
                                            "CI",
                                            "BUILD_NUMBER",
                                            "PYTEST_THEME",
                                            "PYTEST_THEME_MODE"};

absl::Status ReadFarmEnvironment(const options::CommandLine& line, const Surroundings& surroundings,
                                 FarmOptions& farm) {
  std::map<std::string, std::string>& environment = farm.environment;
  const auto pass = [&](const std::string& name) {
    if (const char* value = surroundings.getenv(name.c_str()); value != nullptr) environment[name] = value;
  };
  for (const char* name : kPytestVariables) pass(name);
  // Tests that make traces (OpenTelemetry) hang them below whoever started the run, wherever they run.
  for (const char* name : {"TRACEPARENT", "TRACESTATE"}) pass(name);
  for (const std::string& names : line.All("--pass-env")) {
    for (absl::string_view name : absl::StrSplit(names, ',', absl::SkipWhitespace())) {
      pass(std::string(absl::StripAsciiWhitespace(name)));
    }
  }
  for (const std::string& assignment : line.All("--set-env")) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      const bool typed = line.origins.count("--set-env") == 0;
      return absl::InvalidArgumentError(
          absl::StrCat(typed ? "--set-env " + assignment : line.Given("--set-env"), ": NAME=VALUE is needed"));
    }
    environment[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  for (const char* name : kPytestVariables) {
    if (environment.count(name) == 0) farm.absent_environment.push_back(name);
  }
  return absl::OkStatus();
}

// The file that `option` names, absolute, for the port that is bound for `listener`; empty if it is not given.
absl::StatusOr<std::string> PortFile(const char* option, const char* listener, const options::CommandLine& line,
                                     const Surroundings& surroundings) {
  std::string path = Absolute(line.Last(option).value_or(""), surroundings);
  if (path.empty() || !line.Last(listener).value_or("").empty()) return path;
  return absl::InvalidArgumentError(absl::StrCat(option, " is for ", listener, ": give both"));
}

absl::Status ReadFarm(const options::CommandLine& line, const Surroundings& surroundings, FarmOptions& farm) {
  farm.agents = line.Last("--agents").value_or("");
  farm.listen = line.Last("--listen").value_or("");
  for (const char* option : {"--agents", "--listen"}) {
    if (line.Has(option) && line.Last(option)->empty()) {
      return absl::InvalidArgumentError(absl::StrCat(line.Given(option), ": an address is needed, HOST:PORT"));
    }
  }
  if (!farm.listen.empty()) {
    const std::string wrong = WhyNotHostPort(farm.listen, 0);
    if (!wrong.empty()) return absl::InvalidArgumentError(absl::StrCat(line.Given("--listen"), ": ", wrong));
  }
  ASSIGN_OR_RETURN(farm.port_file, PortFile("--port-file", "--listen", line, surroundings));
  const std::string least = line.Last("--min-agents").value_or("1");
  if (!absl::SimpleAtoi(least, &farm.min_agents) || farm.min_agents < 1) {
    return absl::InvalidArgumentError(absl::StrCat(line.Given("--min-agents"), ": a number from 1 on is needed"));
  }
  for (const auto& [option, seconds] : {std::pair<const char*, double*>{"--wait-agents", &farm.wait_s},
                                        std::pair<const char*, double*>{"--lease", &farm.lease_s}}) {
    if (!line.Has(option)) continue;
    const absl::StatusOr<double> given = Seconds(line, option);
    if (!given.ok()) return given.status();
    *seconds = *given;
  }
  if (farm.lease_s <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(line.Given("--lease"), ": an agent could never be heard in time; give some seconds"));
  }
  if (const std::optional<std::string> form = line.Last("--status"); form.has_value()) {
    if (!form->empty() && *form != "json") {
      return absl::InvalidArgumentError(absl::StrCat("--status=", *form, ": there are '--status' and '--status=json'"));
    }
    if (farm.agents.empty()) return absl::InvalidArgumentError("--status: whose? Name the agents with --agents");
    farm.status = true;
    farm.status_json = *form == "json";
  }
  farm.drain = line.All("--drain");
  RETURN_IF_ERROR(ReadFarmEnvironment(line, surroundings, farm));
  farm.allow_stale = line.Has("--allow-stale");
  farm.security.flags = {"--tls-ca", "--tls-cert", "--tls-key", "--token-file", "--insecure"};
  farm.security.tls_ca = Absolute(line.Last("--tls-ca").value_or(""), surroundings);
  farm.security.tls_cert = Absolute(line.Last("--tls-cert").value_or(""), surroundings);
  farm.security.tls_key = Absolute(line.Last("--tls-key").value_or(""), surroundings);
  farm.security.token_file = Absolute(line.Last("--token-file").value_or(""), surroundings);
  farm.security.insecure = line.Has("--insecure");
  return absl::OkStatus();
}

absl::Status ReadWarm(const options::CommandLine& line, const Surroundings& surroundings, Request& request) {
  const std::optional<std::string> word = line.Last("--warm");
  if (!word.has_value()) return absl::OkStatus();
  if (!word->empty() && *word != "stop") {
    return absl::InvalidArgumentError(absl::StrCat("--warm=", *word, ": there are '--warm' and '--warm=stop'"));
  }
  const std::string runtime = Env(surroundings, "XDG_RUNTIME_DIR");
  const std::string cache = CacheDirectory(surroundings);
  request.warm_folder = !runtime.empty() ? runtime + "/fastest" : cache.empty() ? "" : cache + "/warm";
  if (request.warm_folder.empty()) {
    return absl::InvalidArgumentError(
        "--warm: there is no folder for it: XDG_RUNTIME_DIR, XDG_CACHE_HOME or HOME is needed");
  }
  request.warm_stop = *word == "stop";
  if (request.warm_stop) return absl::OkStatus();
  const auto origin = line.origins.find("--warm");
  if (request.farm.used()) {
    request.notes.push_back(absl::StrCat("--warm is ignored: agents elsewhere are as warm as they are"));
  } else if (origin != line.origins.end() && !Env(surroundings, "CI").empty()) {
    request.notes.push_back(
        absl::StrCat(origin->second, " is ignored, since this is CI (the variable CI is set): type --warm for it"));
  } else {
    request.warm = true;
  }
  return absl::OkStatus();
}

bool IsModuleName(absl::string_view name) {
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_' || c >= 0x80; });
}

absl::Status ReadPreload(const options::CommandLine& line, run::RunOptions& run) {
  const std::string given = line.Last("--preload").value_or("none");
  run.preload_auto = given == "auto";
  if (given == "none" || given == "auto") return absl::OkStatus();
  for (const absl::string_view name : absl::StrSplit(given, ',')) {
    if (!IsModuleName(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(line.Given("--preload"),
                       ": 'none', 'auto' or names of modules are needed, without dots and "
                       "with commas between them, for instance numpy,attr"));
    }
    run.preload.emplace_back(name);
  }
  return absl::OkStatus();
}

constexpr int kMostShards = 10000;

absl::Status ReadShard(const options::CommandLine& line, const options::CommandLine& typed,
                       const Surroundings& surroundings, ShardOptions& shard) {
  if (const std::optional<std::string> given = line.Last("--shard"); given.has_value()) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(*given, absl::MaxSplits('/', 1));
    if (!absl::SimpleAtoi(parts.first, &shard.shard) || !absl::SimpleAtoi(parts.second, &shard.shards) ||
        shard.shard < 1 || shard.shards < shard.shard || shard.shards > kMostShards) {
      return absl::InvalidArgumentError(
          absl::StrCat(line.Given("--shard"), ": I/N is needed, with I from 1 to N, for instance 3/10"));
    }
  }
  shard.plan_file = Absolute(line.Last("--plan-file").value_or(""), surroundings);
  shard.plan_out = Absolute(line.Last("--plan-out").value_or(""), surroundings);
  if (line.Has("--plan-file") && shard.shard == 0) {
    return absl::InvalidArgumentError("--plan-file is for --shard I/N: give both");
  }
  if (line.Has("--shards") != line.Has("--plan-out")) {
    return absl::InvalidArgumentError("--shards N and --plan-out FILE belong together: give both");
  }
  if (line.Has("--shards")) {
    if (shard.shard != 0)
      return absl::InvalidArgumentError("--shards makes a plan, --shard runs a part of one: give one");
    if (!absl::SimpleAtoi(*line.Last("--shards"), &shard.shards) || shard.shards < 1 || shard.shards > kMostShards) {
      return absl::InvalidArgumentError(
          absl::StrCat(line.Given("--shards"), ": a number from 1 to ", kMostShards, " is needed"));
    }
  }
  for (const std::string& path : line.All("--rerun-from")) shard.rerun_from.push_back(Absolute(path, surroundings));
  shard.selection = typed.paths;
  for (const char* option : {"-k", "-m", "--deselect", "--ignore", "--ignore-glob"}) {
    for (const std::string& value : line.All(option)) shard.selection.push_back(absl::StrCat(option, "=", value));
  }
  return absl::OkStatus();
}

absl::Status ReadPolicies(const options::CommandLine& line, const Surroundings& surroundings, run::RunOptions& run) {
  if (const std::optional<std::string> budget = line.Last("--retry-budget"); budget.has_value()) {
    absl::StatusOr<policy::RetryBudget> parsed = policy::RetryBudget::Parse(*budget);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(line.Given("--retry-budget"), ": ", std::string(parsed.status().message())));
    }
    run.retry_budget = *parsed;
  }
  const std::string flaky = line.Last("--flaky-result").value_or("pass");
  if (flaky != "pass" && flaky != "fail") {
    return absl::InvalidArgumentError(absl::StrCat(line.Given("--flaky-result"), ": there are 'pass' and 'fail'"));
  }
  run.flaky_fails = flaky == "fail";
  if (const std::optional<std::string> file = line.Last("--quarantine"); file.has_value()) {
    absl::StatusOr<policy::Quarantine> loaded =
        policy::Quarantine::Load(Absolute(*file, surroundings), surroundings.today);
    if (!loaded.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--quarantine ", std::string(loaded.status().message())));
    }
    run.quarantine = *std::move(loaded);
  }
  ASSIGN_OR_RETURN(const double deadline, Seconds(line, "--deadline"));
  run.deadline = policy::Deadline(deadline);
  return absl::OkStatus();
}

absl::StatusOr<double> Shadow(const options::CommandLine& line) {
  const std::optional<std::string> given = line.Last("--shadow");
  if (!given.has_value()) return 0.0;
  double percent = 0;
  if (!absl::SimpleAtod(absl::StripSuffix(*given, "%"), &percent) || !(percent >= 0 && percent <= 100)) {
    return absl::InvalidArgumentError(
        absl::StrCat(line.Given("--shadow"), ": a percentage is needed, for instance 2%"));
  }
  constexpr double kAll = 100;
  return percent / kAll;
}

// Options of plugins of which it is known that they have nothing to write. Others may make a report of every test.
constexpr const char* kWithoutReports[] = {
    "--cov-", "--no-cov", "--reruns", "--timeout", "--session-timeout", "--randomly-", "--random-order", "--asyncio-",
    "--anyio-", "--ds", "--dc", "--django-", "--reuse-db", "--create-db", "--no-migrations", "--migrations",
    "--nomigrations", "--hypothesis-profile", "--hypothesis-seed", "--disable-socket", "--allow-hosts",
    "--allow-unix-socket", "--benchmark-disable", "--benchmark-skip", "--only-rerun", "--rerun-except",
    "--fail-on-flaky", "--fail-slow",
    // Of those that a control session is told everything for.
    "--json-report-", "--self-contained-html", "--css"};

bool MayReport(const std::string& option) {
  return std::none_of(std::begin(kWithoutReports), std::end(kWithoutReports),
                      [&](const char* known) { return absl::StartsWith(option, known); });
}

// The first option of a plugin that may report every test, without its value; empty: there is none.
std::string ReportingOption(const options::CommandLine& line) {
  const auto report = std::find_if(line.unknown.begin(), line.unknown.end(), MayReport);
  return report == line.unknown.end() ? "" : report->substr(0, report->find('='));
}

// pytest-cov refuses this setting of coverage.py where xdist divides a run, and works with it in a single session.
bool SetsDynamicContext(const std::vector<std::string>& args, const Surroundings& surroundings) {
  std::vector<std::string> files = {".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml"};
  for (size_t i = 0; i < args.size(); ++i) {
    absl::string_view value = args[i];
    if (absl::ConsumePrefix(&value, "--cov-config=")) files.emplace_back(value);
    if (value == "--cov-config" && i + 1 < args.size()) files.push_back(args[i + 1]);
  }
  return std::any_of(files.begin(), files.end(), [&](const std::string& name) {
    std::ifstream file(Absolute(name, surroundings));
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return absl::StrContains(text, "dynamic_context");
  });
}

// Why the plugin of `option`, which is content with a control session, has to have a single session all the same; empty: it has not.
std::string WhyNotControl(const std::string& option, const options::CommandLine& line, const Surroundings& surroundings,
                          const Request& request) {
  if (request.farm.used()) return absl::StrCat(option, " needs to see the whole run");
  if (const std::string report = ReportingOption(line); !report.empty()) {
    return absl::StrCat(report, ", together with ", option, ", may need to see the whole run");
  }
  if (SetsDynamicContext(line.pytest_args, surroundings)) {
    return absl::StrCat("coverage.py's dynamic_context needs ", option, " to see the whole run");
  }
  return "";
}

// A single session for what a plugin or pytest's own text needs, or a control session beside the workers.
void ChooseSession(const options::CommandLine& line, const discovery::ProjectConfig& project,
                   const Surroundings& surroundings, Request& request) {
  const auto one_session = [&request](const std::string& why) {
    if (request.run.slots > 1) {
      request.notes.push_back(absl::StrCat(why, ": it goes through one session, one test at a time"));
    }
    request.run.slots = 1;
  };
  const auto needs_whole_run = [&](const std::string& name) {
    if (std::exchange(request.shadow, 0) > 0) {
      request.notes.push_back(absl::StrCat("--shadow is ignored: with ", name, " a second run is another one"));
    }
    one_session(absl::StrCat(name, " needs to see the whole run"));
  };
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    if (!line.Has(name)) continue;
    switch (flag.handling) {
      case options::Handling::kText:
        request.run.slots = 1;
        request.run.forward_terminal = true;
        request.shadow = 0;
        break;
      case options::Handling::kSingleSession:
        needs_whole_run(name);
        break;
      case options::Handling::kControlSession:
        request.run.control_option = name;
        break;
      case options::Handling::kInteractive:
        request.interactive_option = name;
        break;
      case options::Handling::kOwn:
      case options::Handling::kAsked:
      case options::Handling::kHanded:
      case options::Handling::kConsumed:
        break;
    }
  }
  // What --log-file asks for.
  constexpr char kLogFile[] = "log_file";
  if (const auto log_file = project.ini.find(kLogFile); log_file != project.ini.end() && !log_file->second.empty()) {
    if (!line.Has("--log-file")) needs_whole_run(absl::StrCat("the setting ", kLogFile));
  }
  const std::string report = ReportingOption(line);
  if (!report.empty() && std::exchange(request.shadow, 0) > 0) {
    request.notes.push_back(
        absl::StrCat("--shadow is ignored: a second run might write over what ", report, " writes"));
  }
  std::string& control = request.run.control_option;
  if (!control.empty() && request.run.slots > 1) {
    const std::string why = WhyNotControl(control, line, surroundings, request);
    if (!why.empty()) one_session(why);
  }
  // A plan runs nothing, and must not take away the data of the last run either.
  if (request.run.slots == 1 || request.run.plan_only) control.clear();
  request.run.collection = request.run.slots == 1 ? v1::WHOLE : v1::AUTO;
}

}  // namespace

std::string CacheDirectory(const Surroundings& surroundings) {
  if (const std::string cache = Env(surroundings, "XDG_CACHE_HOME"); !cache.empty()) return cache + "/fastest";
  if (const std::string home = Env(surroundings, "HOME"); !home.empty()) return home + "/.cache/fastest";
  return "";
}

absl::StatusOr<options::CommandLine> WithAddopts(const options::CommandLine& line,
                                                 const discovery::ProjectConfig& project,
                                                 const Surroundings& surroundings) {
  const absl::StatusOr<std::vector<std::string>> from_environment =
      SplitShellWords(Env(surroundings, kAddoptsVariable));
  if (!from_environment.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kAddoptsVariable, ": ", std::string(from_environment.status().message())));
  }
  options::CommandLine combined;
  // Where they stand, and what stands there.
  const std::pair<const char*, const std::vector<std::string>*> sources[] = {{"addopts", &project.addopts},
                                                                             {kAddoptsVariable, &*from_environment}};
  for (const auto& [source, words] : sources) {
    absl::StatusOr<options::CommandLine> parsed = options::Parse(*words);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(source, ": ", std::string(parsed.status().message())));
    }
    for (const auto& entry : parsed->values)
      parsed->origins[entry.first] = absl::StrCat(source, ": ", parsed->Given(entry.first));
    combined = options::Join(combined, *parsed);
  }
  // pytest takes what stands there for options' values, or for its own paths if none was typed; which it is only pytest knows.
  combined.paths.clear();
  return options::Join(combined, line);
}

absl::StatusOr<Request> MakeRequest(const options::CommandLine& line, const discovery::ProjectConfig& project,
                                    const Surroundings& surroundings) {
  const absl::StatusOr<options::CommandLine> all = WithAddopts(line, project, surroundings);
  if (!all.ok()) return all.status();
  Request request;
  run::RunOptions& run = request.run;
  run.invocation_dir = surroundings.invocation_dir;
  run.pytest_args = line.pytest_args;
  ASSIGN_OR_RETURN(request.environment_words, SplitShellWords(Env(surroundings, kAddoptsVariable)));
  run.python = Python(*all, surroundings);

  const absl::StatusOr<int> slots = Slots(*all, surroundings);
  if (!slots.ok()) return slots.status();
  run.slots = *slots;
  const absl::StatusOr<double> hang_timeout = Seconds(*all, "--hang-timeout");
  if (!hang_timeout.ok()) return hang_timeout.status();
  run.hang_timeout_s = *hang_timeout;
  if (const std::optional<std::string> retries = all->Last("--retries"); retries.has_value()) {
    constexpr int kMost = 100;
    if (!absl::SimpleAtoi(*retries, &run.retries) || run.retries < 0 || run.retries > kMost) {
      return absl::InvalidArgumentError(
          absl::StrCat(all->Given("--retries"), ": a number from 0 to ", kMost, " is needed"));
    }
  }
  if (const std::optional<std::string> most = all->Last("--max-worker-restart"); most.has_value()) {
    int restarts = 0;
    if (!absl::SimpleAtoi(*most, &restarts) || restarts < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(all->Given("--max-worker-restart"), ": a number from 0 is needed"));
    }
    run.max_worker_restart = restarts;
  }
  RETURN_IF_ERROR(ReadPolicies(*all, surroundings, run));
  run.engine = all->Last("--engine").value_or("auto");
  if (run.engine != "auto" && run.engine != "pytest" && run.engine != "direct" && run.engine != "native") {
    return absl::InvalidArgumentError(
        absl::StrCat(all->Given("--engine"), ": there are 'auto', 'pytest', 'direct' and 'native'"));
  }
  RETURN_IF_ERROR(ReadPreload(*all, run));
  ASSIGN_OR_RETURN(request.shadow, Shadow(*all));
  request.engine_report = all->Has("--engine-report");
  if (const absl::Status farm = ReadFarm(*all, surroundings, request.farm); !farm.ok()) return farm;
  request.farm.rootdir = project.rootdir;
  if (request.farm.used()) {
    if (all->Has("--workers")) {
      request.notes.push_back(
          absl::StrCat(all->Given("--workers"), " is ignored: agents bring their own slots (fastest-agent --slots)"));
    }
    // How many there are is known when the agents have come; more than one, since their workers are never the only session.
    run.slots = 2;
  }
  RETURN_IF_ERROR(ReadWarm(*all, surroundings, request));
  RETURN_IF_ERROR(ReadShard(*all, line, surroundings, request.shard));
  const std::string order = all->Last("--order").value_or("free");
  if (order != "free" && order != "pytest") {
    return absl::InvalidArgumentError(absl::StrCat(all->Given("--order"), ": there are 'free' and 'pytest'"));
  }
  run.keep_modules = order == "pytest";
  if (run.keep_modules) {
    request.shard.keep_modules = true;
    request.shard.selection.push_back("--order=pytest");
  }
  request.names_modules = all->Has("--pyargs");
  run.plan_only = all->Has("--plan");
  run.plan_in_full = run.plan_only && all->Has("--verbose");
  ChooseSession(*all, project, surroundings, request);

  request.report_json = Absolute(all->Last("--report-json").value_or(""), surroundings);
  request.text_to_stderr = request.report_json == "-";
  request.junit_xml = Absolute(all->Last("--junitxml").value_or(""), surroundings);
  request.run.junit_xml = !request.junit_xml.empty();
  request.junit_prefix = all->Last("--junitprefix").value_or("");
  request.report_html = Absolute(all->Last("--report-html").value_or(""), surroundings);
  request.compare_with = Absolute(all->Last("--compare-with").value_or(""), surroundings);
  request.serve_ui = all->Last("--serve-ui").value_or("");
  ASSIGN_OR_RETURN(request.serve_ui_port_file, PortFile("--serve-ui-port-file", "--serve-ui", *all, surroundings));
  if (!request.compare_with.empty() && request.report_html.empty() && request.serve_ui.empty()) {
    return absl::InvalidArgumentError("--compare-with is for --report-html FILE: give both");
  }
  request.report_markdown = Absolute(all->Last("--report-markdown").value_or(""), surroundings);
  request.report_ctrf = Absolute(all->Last("--report-ctrf").value_or(""), surroundings);
  request.metrics = all->Last("--metrics").value_or("");
  ASSIGN_OR_RETURN(request.metrics_port_file, PortFile("--metrics-port-file", "--metrics", *all, surroundings));
  request.trace_json = Absolute(all->Last("--trace-json").value_or(""), surroundings);
  for (const char* option : {"--report-html", "--compare-with", "--report-markdown", "--report-ctrf", "--trace-json"}) {
    if (all->Last(option).value_or("x").empty() || all->Last(option).value_or("") == "-") {
      return absl::InvalidArgumentError(absl::StrCat(all->Given(option), ": the name of a file is needed"));
    }
  }
  request.annotate = Env(surroundings, "GITHUB_ACTIONS") == "true";
  if (request.annotate) request.fold = report::FoldStyle::kGitHub;
  if (Env(surroundings, "GITLAB_CI") == "true") request.fold = report::FoldStyle::kGitLab;
  request.workspace = Env(surroundings, "GITHUB_WORKSPACE");
  run.color = WantsColor(*all, surroundings);
  run.columns = Columns(surroundings);
  const std::string progress = all->Last("--progress").value_or("live");
  if (progress != "live" && progress != "plain" && progress != "none") {
    return absl::InvalidArgumentError(absl::StrCat(all->Given("--progress"), ": there are 'live', 'plain' and 'none'"));
  }
  const bool can_rewrite =
      surroundings.stdout_is_terminal && Env(surroundings, "TERM") != "dumb" && !request.text_to_stderr;
  request.live = progress == "live" && can_rewrite;
  request.heartbeat = progress != "none" && !request.live;

  const std::string cache = CacheDirectory(surroundings);
  const auto store = [&](const std::string& name) {
    return history::IsRemote(name) ? name : Absolute(name, surroundings);
  };
  request.history = store(all->Last("--history").value_or(cache.empty() ? "" : cache + "/history.sqlite"));
  if (!all->Has("--history")) request.history_project = project.rootdir;
  request.history_base = store(all->Last("--history-base").value_or(""));
  for (const std::string& file : all->All("--history-import")) {
    request.history_import.push_back(Absolute(file, surroundings));
  }
  request.label_failures = all->Has("--history") || all->Has("--history-base");
  request.history_compact = all->Has("--history-compact");
  for (const char* const option : {"--history", "--history-base"}) {
    const std::string value = all->Last(option).value_or("");
    const absl::Status named = history::CheckStoreName(value);
    if (named.ok()) continue;
    // The error says the value itself, without what may be secret in it.
    std::string place = absl::StrReplaceAll(all->Given(option), {{value, ""}});
    while (!place.empty() && absl::StrContains(" =\"'", place.substr(place.size() - 1))) place.pop_back();
    return absl::InvalidArgumentError(absl::StrCat(place, ": ", std::string(named.message())));
  }
  if (!cache.empty()) {
    const XXH64_hash_t key = XXH3_64bits(project.rootdir.data(), project.rootdir.size());
    request.discovery_cache = absl::StrCat(cache, "/discovery/", absl::Hex(key, absl::kZeroPad16));
  }
  return request;
}

}  // namespace fastest::request
