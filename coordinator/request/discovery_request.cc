#include "coordinator/request/discovery_request.h"

#include <xxhash.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/options/addopts.h"
#include "proto/test_id.h"

namespace fastest::request {

discovery::ProjectOptions ReadProjectOptions(const options::CommandLine& typed, const Invocation& invocation) {
  discovery::ProjectOptions options;
  options.invocation_dir = invocation.directory;
  options.args = typed.paths;
  options.rootdir = typed.Last("--rootdir").value_or("");
  options.config_file = typed.Last("--config-file").value_or("");
  options.override_ini = typed.All("--override-ini");
  return options;
}

absl::StatusOr<discovery::DiscoveryOptions> ReadDiscoveryOptions(const options::CommandLine& typed,
                                                                 const discovery::ProjectConfig& project,
                                                                 const Invocation& invocation) {
  discovery::DiscoveryOptions options;
  options.invocation_dir = invocation.directory;
  for (const std::string& path : typed.paths) {
    // The word may be the value of a plugin's option. pytest will say which it is.
    // What cannot be looked at is left to pytest, too.
    std::error_code ignored;
    const std::string file(ModuleOf(path));
    if (!typed.unknown.empty() && !std::filesystem::exists(file, ignored)) continue;
    options.args.push_back(path);
  }
  options.ignore = typed.All("--ignore");
  options.ignore_glob = typed.All("--ignore-glob");
  options.deselect = typed.All("--deselect");
  options.words = typed.pytest_args;
  ASSIGN_OR_RETURN(options.environment_words,
                   options::SplitAddoptsVariable(invocation.Variable(options::kAddoptsVariable)));
  if (const std::string cache = invocation.CacheDirectory(); !cache.empty()) {
    const XXH64_hash_t key = XXH3_64bits(project.rootdir.data(), project.rootdir.size());
    options.cache_path = absl::StrCat(cache, "/discovery/", absl::Hex(key, absl::kZeroPad16));
  }
  return options;
}

}  // namespace fastest::request
