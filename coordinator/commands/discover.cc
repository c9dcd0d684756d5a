#include "coordinator/commands/discover.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/discovery/discover_text.h"
#include "coordinator/discovery/discovery.h"
#include "coordinator/python/module_paths.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

// The options for discovery, with paths in place of the modules' names.
absl::StatusOr<discovery::DiscoveryOptions> WithPaths(const options::CommandLine& line,
                                                      const discovery::ProjectConfig& project,
                                                      const request::Request& request) {
  discovery::DiscoveryOptions options = request.discovery;
  const bool has_testpaths = options.invocation_dir == project.rootdir;
  const std::vector<std::string> names = line.paths.empty() && has_testpaths ? project.testpaths : line.paths;
  const run::RunOptions& run = request.run.options;
  // Only Python knows which options of plugins have values: a word that looks like a name may be such a value.
  ASSIGN_OR_RETURN(options.args, python::PathsOfModules({run.python, run.as_module}, project, options.invocation_dir,
                                                        names, /*skip_missing=*/!line.unknown.empty()));
  options.words.erase(std::remove(options.words.begin(), options.words.end(), "--pyargs"), options.words.end());
  return options;
}

absl::StatusOr<discovery::Discovery> Find(const options::CommandLine& line, const discovery::ProjectConfig& project,
                                          const request::Request& request) {
  if (!request.run.names_modules) return discovery::Discover(project, request.discovery);
  ASSIGN_OR_RETURN(const discovery::DiscoveryOptions options, WithPaths(line, project, request));
  return discovery::Discover(project, options);
}

}  // namespace

int DiscoverCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
                    const request::Request& request) {
  const absl::StatusOr<discovery::Discovery> found = Find(line, project, request);
  if (!found.ok()) return Fail(found.status(), kUsageError);
  const std::string text = discovery::DiscoverText(*found);
  fwrite(text.data(), 1, text.size(), stdout);
  return found->modules.empty() ? kNoTestsCollected : kOk;
}

}  // namespace fastest::commands
