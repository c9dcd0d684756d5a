// Finds tests without Python: walks the paths as pytest would, parses each file with tree-sitter on all cores, and says for
// every module what tests it holds and how certain that is. What is found here only plans a run; a worker's own collection decides.
#ifndef FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_
#define FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project_config.h"

namespace fastest::discovery {

struct FoundTest {
  // pytest's node id. If `exact` is false it is the id without its parameters ("tests/test_a.py::test_x").
  std::string node_id;
  // Line of the definition, from 1.
  int line = 0;
  bool exact = true;
  // How many test cases this stands for: 1 if exact, an estimate (at least 1) otherwise.
  int count = 1;
  // Why it is open, for a person: "parametrize: arguments are computed". Empty if exact.
  std::string open_reason;
};

struct FoundModule {
  // Node id of the file: path relative to the rootdir with '/'.
  std::string node_id;
  // In the order in which pytest would collect them.
  std::vector<FoundTest> tests;
  // Why there may be more or other tests than these: "class TestA inherits from base.Base (another module)". Empty if
  // `tests` is complete.
  std::vector<std::string> open_reasons;

  bool exact() const;
  // Sum of the tests' counts.
  int count() const;
};

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

struct Discovery {
  // In pytest's collection order.
  std::vector<FoundModule> modules;
  // Reasons that hold for the whole project: "tests/conftest.py implements pytest_collection_modifyitems".
  std::vector<std::string> open_reasons;
  // What the test modules and their conftest files import by absolute names, up to the first dot: "numpy", "pytest". Sorted.
  std::vector<std::string> imports;

  int count() const;
};

// Errors: NotFound with pytest's wording if a path isn't there ("file or directory not found: x"), InvalidArgument for
// a broken configuration file. An unreadable or syntactically broken test file is no error: its module is marked open.
// Thread-safe (no shared state but the cache file).
absl::StatusOr<Discovery> Discover(const ProjectConfig& project, const DiscoveryOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_
