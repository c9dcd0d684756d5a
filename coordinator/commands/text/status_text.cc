#include "coordinator/commands/text/status_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::commands {
namespace {

using agents::AgentAnswer;

std::string Bytes(uint64_t bytes) {
  constexpr double kGibi = 1 << 30;
  return bytes == 0 ? "-" : absl::StrFormat("%.1f GiB", static_cast<double>(bytes) / kGibi);
}

// "3d 4h", "5h 20m", "12m", "40s".
std::string Span(double seconds) {
  const auto s = static_cast<int64_t>(std::max(0.0, seconds));
  if (s >= 86400) return absl::StrCat(s / 86400, "d ", s % 86400 / 3600, "h");
  if (s >= 3600) return absl::StrCat(s / 3600, "h ", s % 3600 / 60, "m");
  return s >= 60 ? absl::StrCat(s / 60, "m") : absl::StrCat(s, "s");
}

uint32_t WorkersOf(const v1::AgentStatus& status) {
  uint32_t workers = 0;
  for (const v1::AgentStatus::Run& run : status.runs()) workers += run.workers();
  return workers;
}

std::vector<std::string> RowOf(const AgentAnswer& answer) {
  const v1::AgentStatus& status = answer.status;
  uint64_t results = 0;
  for (const auto& [outcome, count] : status.results()) results += count;
  return {status.name(),
          answer.address,
          status.draining()        ? "ending"
          : status.runs_size() > 0 ? "busy"
                                   : "ready",
          status.version(),
          absl::StrCat(status.slots()),
          absl::StrCat(status.runs_size()),
          absl::StrCat(WorkersOf(status)),
          absl::StrCat(results),
          absl::StrCat(status.workers_died()),
          absl::StrFormat("%.2f", status.load()),
          Bytes(status.memory_available()),
          Bytes(status.disk_available()),
          Span(status.now() - status.started_at())};
}

}  // namespace

std::string StatusTable(const std::vector<AgentAnswer>& answers) {
  std::vector<std::vector<std::string>> rows = {{"AGENT", "ADDRESS", "STATE", "VERSION", "SLOTS", "RUNS", "WORKERS",
                                                 "RESULTS", "DIED", "LOAD", "MEMORY", "DISK", "UP"}};
  for (const AgentAnswer& answer : answers) {
    if (answer.error.ok()) rows.push_back(RowOf(answer));
  }
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  // Without an answer there is no head.
  for (const std::vector<std::string>& row : rows.size() > 1 ? rows : decltype(rows)()) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) absl::StrAppendFormat(&line, "%-*s  ", static_cast<int>(widths[i]), row[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  for (const AgentAnswer& answer : answers) {
    if (!answer.error.ok()) absl::StrAppend(&text, answer.address, ": no answer: ", answer.error.message(), "\n");
  }
  return text;
}

std::string StatusJson(const std::vector<AgentAnswer>& answers) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const AgentAnswer& answer : answers) {
    nlohmann::ordered_json agent = {{"address", answer.address}};
    if (!answer.error.ok()) {
      agent["error"] = std::string(answer.error.message());
      all.push_back(std::move(agent));
      continue;
    }
    const v1::AgentStatus& status = answer.status;
    agent["name"] = status.name();
    agent["hostname"] = status.hostname();
    agent["labels"] = std::map<std::string, std::string>(status.labels().begin(), status.labels().end());
    agent["version"] = status.version();
    agent["protocol_version"] = status.protocol_version();
    agent["draining"] = status.draining();
    agent["slots"] = status.slots();
    agent["runs"] = nlohmann::ordered_json::array();
    for (const v1::AgentStatus::Run& run : status.runs()) {
      agent["runs"].push_back({{"run_id", run.run_id()},
                               {"started_at", run.started_at()},
                               {"workers", run.workers()},
                               {"results", run.results()}});
    }
    agent["runs_begun"] = status.runs_begun();
    agent["workers_started"] = status.workers_started();
    agent["workers_died"] = status.workers_died();
    agent["results"] = std::map<std::string, uint64_t>(status.results().begin(), status.results().end());
    agent["load"] = status.load();
    agent["memory_available"] = status.memory_available();
    agent["disk_available"] = status.disk_available();
    agent["started_at"] = status.started_at();
    agent["now"] = status.now();
    all.push_back(std::move(agent));
  }
  return absl::StrCat(all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace), "\n");
}

}  // namespace fastest::commands
