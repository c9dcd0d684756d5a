// What discovery is asked for: paths, and options that choose among tests.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_DISCOVERY_OPTIONS_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_DISCOVERY_OPTIONS_H_

#include <string>
#include <vector>

namespace fastest::discovery {

struct DiscoveryOptions {
  // Paths and node ids as typed, relative to `invocation_dir`. Empty: testpaths, else invocation_dir.
  std::vector<std::string> args;
  std::string invocation_dir;
  // --ignore, --ignore-glob and --deselect as typed.
  std::vector<std::string> ignore;
  std::vector<std::string> ignore_glob;
  std::vector<std::string> deselect;
  // -m and -k as typed; empty if not given. Those of addopts are read from there, like all options above.
  std::string mark_expression;
  std::string keyword_expression;
  // Everything that was typed, as pytest reads it. Other options that change the collection are found here.
  std::vector<std::string> words;
  // PYTEST_ADDOPTS, split into words.
  std::vector<std::string> environment_words;
  // The cache file; empty: no cache. Several runs may use it at once. Damage is ignored and mended.
  std::string cache_path;
  // Threads for parsing; 0: one for each core.
  int threads = 0;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_DISCOVERY_OPTIONS_H_
