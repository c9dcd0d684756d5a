// What discovery is asked for: paths, and the options that choose among tests.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_DISCOVERY_OPTIONS_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_DISCOVERY_OPTIONS_H_

#include <string>
#include <vector>

namespace fastest::discovery {

struct DiscoveryOptions {
  // Paths and node ids as typed, relative to `invocation_dir`; empty: testpaths, else invocation_dir.
  std::vector<std::string> args;
  std::string invocation_dir;
  // --ignore, --ignore-glob and --deselect as typed.
  std::vector<std::string> ignore;
  std::vector<std::string> ignore_glob;
  std::vector<std::string> deselect;
  // -m and -k as typed; empty: not given. Those in addopts are found there, as are all options above.
  std::string mark_expression;
  std::string keyword_expression;
  // All that is typed, as pytest reads it: other options that change the collection are looked for there.
  std::vector<std::string> words;
  // PYTEST_ADDOPTS, divided into words.
  std::vector<std::string> environment_words;
  // Cache file; empty: no cache. Several runs may use it at once; damage is ignored and mended.
  std::string cache_path;
  // Parsing threads; 0: one for each core.
  int threads = 0;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_DISCOVERY_OPTIONS_H_
