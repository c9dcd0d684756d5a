#include "coordinator/request/session.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/regular_file.h"
#include "coordinator/options/flag_table.h"

namespace fastest::request {
namespace {

// Beginnings of plugins' options that are known to write no report. Other options may report every test.
constexpr const char* kWithoutReports[] = {
    "--cov-", "--no-cov", "--reruns", "--timeout", "--session-timeout", "--randomly-", "--random-order", "--asyncio-",
    "--anyio-", "--ds", "--dc", "--django-", "--reuse-db", "--create-db", "--no-migrations", "--migrations",
    "--nomigrations", "--hypothesis-profile", "--hypothesis-seed", "--disable-socket", "--allow-hosts",
    "--allow-unix-socket", "--benchmark-disable", "--benchmark-skip", "--only-rerun", "--rerun-except",
    "--fail-on-flaky", "--fail-slow", "--fastest",
    // These report, and a control session is told all that they need.
    "--json-report-", "--self-contained-html", "--css"};

// The caller is the control session, whatever other options need one.
constexpr char kCallersOption[] = "--fastest";

bool MayReport(const std::string& option) {
  return std::none_of(std::begin(kWithoutReports), std::end(kWithoutReports),
                      [&](const char* known) { return absl::StartsWith(option, known); });
}

// The first option of a plugin that may report every test, without its value; empty: there is none.
std::string ReportingOption(const options::CommandLine& line) {
  const auto report = std::find_if(line.unknown.begin(), line.unknown.end(), MayReport);
  return report == line.unknown.end() ? "" : report->substr(0, report->find('='));
}

// Whether coverage.py's settings have dynamic_context. pytest-cov refuses that setting under xdist, and works with it
// in a single session.
bool SetsDynamicContext(const std::vector<std::string>& args, const Invocation& invocation) {
  std::vector<std::string> files = {".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml"};
  for (size_t i = 0; i < args.size(); ++i) {
    absl::string_view value = args[i];
    if (absl::ConsumePrefix(&value, "--cov-config=")) files.emplace_back(value);
    if (value == "--cov-config" && i + 1 < args.size()) files.push_back(args[i + 1]);
  }
  return std::any_of(files.begin(), files.end(), [&](const std::string& name) {
    const absl::StatusOr<std::string> text = ReadRegularFile(invocation.Absolute(name));
    return text.ok() && absl::StrContains(*text, "dynamic_context");
  });
}

// Why a control session is not enough for the plugin of `option`; empty: it is enough.
std::string WhyNotControl(const std::string& option, const options::CommandLine& line, const Invocation& invocation,
                          const Request& request) {
  const bool sees_all = !request.run.options.controller.empty();
  if (request.farm.used()) return absl::StrCat(option, " needs to see the whole run");
  if (const std::string report = ReportingOption(line); !sees_all && !report.empty()) {
    return absl::StrCat(report, ", together with ", option, ", may need to see the whole run");
  }
  if (SetsDynamicContext(line.pytest_args, invocation)) {
    return absl::StrCat("coverage.py's dynamic_context needs ", option, " to see the whole run");
  }
  return "";
}

void UseOneSession(const std::string& why, Request& request) {
  int& slots = request.run.options.slots;
  if (slots > 1) request.notes.push_back(absl::StrCat(why, ": the run has one session, one test at a time"));
  slots = 1;
}

void DropShadow(const std::string& why, Request& request) {
  if (std::exchange(request.run.shadow, 0) > 0) request.notes.push_back(absl::StrCat("--shadow is ignored: ", why));
}

// The plugin of `name` sees the whole run, in one session.
void ShowWholeRun(const std::string& name, Request& request) {
  DropShadow(absl::StrCat("with ", name, ", a second run may give other outcomes"), request);
  UseOneSession(absl::StrCat(name, " needs to see the whole run"), request);
}

void Obey(const options::Flag& flag, const std::string& name, Request& request) {
  switch (flag.handling) {
    case options::Handling::kText:
      request.run.options.slots = 1;
      request.run.options.terminal.forwarded = true;
      request.run.shadow = 0;
      break;
    case options::Handling::kPytestCache:
      if (request.farm.used()) ShowWholeRun(name, request);
      DropShadow(absl::StrCat("with ", name, ", a second run may give other outcomes"), request);
      break;
    case options::Handling::kSingleSession:
      ShowWholeRun(name, request);
      break;
    case options::Handling::kControlSession:
      request.run.options.control_option = name;
      break;
    case options::Handling::kInteractive:
      request.run.interactive_option = name;
      break;
    case options::Handling::kOwn:
    case options::Handling::kAsked:
    case options::Handling::kHanded:
    case options::Handling::kConsumed:
      break;
  }
}

// The setting that --log-file is short for.
void ObeyLogFile(const options::CommandLine& line, const discovery::ProjectConfig& project, Request& request) {
  constexpr char kSetting[] = "log_file";
  const auto setting = project.ini.find(kSetting);
  if (setting == project.ini.end() || setting->second.empty() || line.Has("--log-file")) return;
  ShowWholeRun(absl::StrCat("the setting ", kSetting), request);
}

}  // namespace

void ChooseSession(const options::CommandLine& line, const discovery::ProjectConfig& project,
                   const Invocation& invocation, Request& request) {
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string name = options::MainName(flag);
    if (line.Has(name)) Obey(flag, name, request);
  }
  ObeyLogFile(line, project, request);
  if (const std::string report = ReportingOption(line); !report.empty()) {
    DropShadow(absl::StrCat("a second run might overwrite what ", report, " writes"), request);
  }
  run::RunOptions& run = request.run.options;
  if (!run.control_option.empty() && run.slots > 1) {
    const std::string why = WhyNotControl(run.control_option, line, invocation, request);
    if (!why.empty()) UseOneSession(why, request);
  }
  if (!run.controller.empty()) run.control_option = kCallersOption;
  // A plan runs nothing, so it must not take away the data of the last run.
  if (run.slots == 1 || run.plan_only) run.control_option.clear();
  run.collection = run.slots == 1 ? v1::WHOLE : v1::AUTO;
}

}  // namespace fastest::request
