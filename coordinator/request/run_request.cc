#include "coordinator/request/run_request.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "coordinator/request/interpreter.h"
#include "coordinator/request/value_reader.h"
#include "proto/engine_name.h"

namespace fastest::request {
namespace {

constexpr int kDefaultColumns = 80;
constexpr int kMostSlots = 1024;
constexpr Range kRetries = {0, 100, "a number from 0 to 100"};
constexpr Range kRestarts = {0, std::numeric_limits<int>::max(), "a number from 0"};

// The names of -p and PYTEST_PLUGINS, without those that are not to be loaded.
std::vector<std::string> PluginNames(const options::CommandLine& line, const Invocation& invocation) {
  std::vector<std::string> names = absl::StrSplit(invocation.Variable("PYTEST_PLUGINS"), ',', absl::SkipEmpty());
  for (const std::string& name : line.All("-p")) {
    if (!absl::StartsWith(name, "no:")) names.push_back(name);
  }
  return names;
}

// xdist's rules for "auto" and "logical": the hook, then the variable, then the machine.
absl::StatusOr<int> AutoSlots(const std::string& word, const options::CommandLine& line, const Invocation& invocation,
                              RunRequest& request) {
  constexpr char kVariable[] = "PYTEST_XDIST_AUTO_NUM_WORKERS";
  std::string source = "pytest_xdist_auto_num_workers";
  std::optional<int> slots;
  if (invocation.ask_hook) {
    const run::RunOptions& run = request.options;
    ASSIGN_OR_RETURN(
        slots, invocation.ask_hook({word, run.python, run.as_module, PluginNames(line, invocation), run.pytest_args}));
  }
  if (const std::string text = invocation.Variable(kVariable); !slots.has_value() && !text.empty()) {
    int number = 0;
    source = kVariable;
    if (absl::SimpleAtoi(text, &number)) {
      slots = number;
    } else {
      request.note = absl::StrCat(kVariable, " is not a number: '", text, "'. Ignoring it.");
    }
  }
  if (!slots.has_value()) return invocation.cores;
  if (*slots >= 0 && *slots <= kMostSlots) return *slots;
  return absl::InvalidArgumentError(
      absl::StrCat(source, " says ", *slots, ": a number from 0 to ", kMostSlots, " is needed"));
}

absl::StatusOr<int> ReadSlots(const ValueReader& reader, const options::CommandLine& line, const Invocation& invocation,
                              RunRequest& request) {
  const std::string text = reader.Text("--workers", "auto");
  int slots = 0;
  if (text == "auto" || text == "logical") {
    ASSIGN_OR_RETURN(slots, AutoSlots(text, line, invocation, request));
    int most = 0;
    if (absl::SimpleAtoi(reader.Text("--maxprocesses"), &most) && most > 0) slots = std::min(slots, most);
  } else if (!absl::SimpleAtoi(text, &slots) || slots < 0 || slots > kMostSlots) {
    return reader.Wrong("--workers", absl::StrCat("a number from 1 to ", kMostSlots, " is needed, or 'auto'"));
  }
  // xdist's -n 0 means no worker processes, so one session.
  return std::max(slots, 1);
}

absl::Status ReadPolicies(const ValueReader& reader, const Invocation& invocation, run::RunOptions& run) {
  ASSIGN_OR_RETURN(run.failures.retries, reader.Number("--retries", 0, kRetries));
  if (reader.Has("--max-worker-restart")) {
    ASSIGN_OR_RETURN(run.patience.max_worker_restart, reader.Number("--max-worker-restart", 0, kRestarts));
  }
  if (reader.Has("--retry-budget")) {
    absl::StatusOr<policy::RetryBudget> budget = policy::RetryBudget::Parse(reader.Text("--retry-budget"));
    if (!budget.ok()) return reader.Wrong("--retry-budget", std::string(budget.status().message()));
    run.failures.retry_budget = *budget;
  }
  ASSIGN_OR_RETURN(const std::string flaky, reader.Choice("--flaky-result", {"pass", "fail"}));
  run.failures.flaky_fails = flaky == "fail";
  if (reader.Has("--quarantine")) {
    absl::StatusOr<policy::Quarantine> loaded = policy::Quarantine::Load(reader.Path("--quarantine"), invocation.today);
    if (!loaded.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--quarantine ", std::string(loaded.status().message())));
    }
    run.failures.quarantine = *std::move(loaded);
  }
  ASSIGN_OR_RETURN(const double deadline, reader.Seconds("--deadline"));
  run.patience.deadline = policy::Deadline(deadline);
  return absl::OkStatus();
}

bool IsModuleName(absl::string_view name) {
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_' || c >= 0x80; });
}

absl::Status ReadPreload(const ValueReader& reader, run::RunOptions& run) {
  const std::string given = reader.Text("--preload", "none");
  run.preload_auto = given == "auto";
  if (given == "none" || given == "auto") return absl::OkStatus();
  for (const absl::string_view name : absl::StrSplit(given, ',')) {
    if (!IsModuleName(name)) {
      return reader.Wrong("--preload",
                          "'none', 'auto' or names of modules are needed, without dots and with commas between them, "
                          "for instance numpy,attr");
    }
    run.preload.emplace_back(name);
  }
  return absl::OkStatus();
}

absl::StatusOr<double> ReadShadow(const ValueReader& reader) {
  if (!reader.Has("--shadow")) return 0.0;
  constexpr double kAll = 100;
  double percent = 0;
  if (!absl::SimpleAtod(absl::StripSuffix(reader.Text("--shadow"), "%"), &percent) ||
      !(percent >= 0 && percent <= kAll)) {
    return reader.Wrong("--shadow", "a percentage is needed, for instance 2%");
  }
  return percent / kAll;
}

// pytest's rules, in pytest's order.
bool WantsColor(const ValueReader& reader, const Invocation& invocation) {
  const std::string when = reader.Text("--color", "auto");
  if (when == "yes") return true;
  if (when == "no") return false;
  if (const std::string py = invocation.Variable("PY_COLORS"); py == "1" || py == "0") return py == "1";
  if (!invocation.Variable("NO_COLOR").empty()) return false;
  if (!invocation.Variable("FORCE_COLOR").empty()) return true;
  return invocation.stdout_is_terminal && invocation.Variable("TERM") != "dumb";
}

int ColumnsOf(const Invocation& invocation) {
  int columns = 0;
  if (absl::SimpleAtoi(invocation.Variable("COLUMNS"), &columns) && columns > 0) return columns;
  return invocation.terminal_columns > 0 ? invocation.terminal_columns : kDefaultColumns;
}

}  // namespace

absl::StatusOr<RunRequest> ReadRunRequest(const options::CommandLine& line, const options::CommandLine& typed,
                                          const discovery::ProjectConfig& project, const Invocation& invocation) {
  const ValueReader reader(line, invocation);
  RunRequest request;
  run::RunOptions& run = request.options;
  run.invocation_dir = invocation.directory;
  run.pytest_args = typed.pytest_args;
  run.names_tests = !typed.paths.empty();
  const Interpreter interpreter = FindInterpreter(reader, project, invocation);
  run.python = interpreter.python;
  request.looked_at = interpreter.looked_at;
  run.as_module = reader.Has("--as-module");
  ASSIGN_OR_RETURN(run.slots, ReadSlots(reader, line, invocation, request));
  ASSIGN_OR_RETURN(run.patience.hang_timeout_s, reader.Seconds("--hang-timeout"));
  RETURN_IF_ERROR(ReadPolicies(reader, invocation, run));
  ASSIGN_OR_RETURN(const std::string engine, reader.Choice("--engine", {"auto", "pytest", "direct", "native"}));
  run.engine = EngineNamed(engine).value_or(v1::ENGINE_AUTO);
  RETURN_IF_ERROR(ReadPreload(reader, run));
  ASSIGN_OR_RETURN(const std::string order, reader.Choice("--order", {"free", "pytest"}));
  run.keep_modules = order == "pytest";
  run.plan_only = reader.Has("--plan");
  run.plan_in_full = run.plan_only && reader.Has("--verbose");
  run.terminal.color = WantsColor(reader, invocation);
  run.terminal.columns = ColumnsOf(invocation);
  run.controller = reader.Text("--controller");
  ASSIGN_OR_RETURN(request.shadow, ReadShadow(reader));
  request.names_modules = reader.Has("--pyargs");
  return request;
}

}  // namespace fastest::request
