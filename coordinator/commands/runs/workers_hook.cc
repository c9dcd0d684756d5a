#include "coordinator/commands/runs/workers_hook.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/python/auto_workers.h"

namespace fastest::commands {

request::AskHook WorkersHook(const options::CommandLine& line, const discovery::ProjectConfig& project,
                             const request::Invocation& invocation) {
  const std::vector<options::Flag>& flags = options::FlagTable();
  const bool asks_else = std::any_of(flags.begin(), flags.end(), [&](const options::Flag& flag) {
    return options::AsksElse(flag) && line.Has(options::MainName(flag));
  });
  if (asks_else || line.Has("--agents") || line.Has("--listen")) return nullptr;
  return [&](const request::AutoWorkers& asked) -> absl::StatusOr<std::optional<int>> {
    const python::AutoWorkersQuestion question = {
        asked.python, asked.as_module, invocation.directory, line.paths, asked.plugins, asked.pytest_args, asked.word};
    if (!python::MentionsAutoWorkers(project, question)) return std::nullopt;
    return python::AskAutoWorkers(question);
  };
}

}  // namespace fastest::commands
