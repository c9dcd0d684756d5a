// The options that decide what is collected, from the command line and from addopts.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_COLLECTION_OPTIONS_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_COLLECTION_OPTIONS_H_

#include <string>
#include <vector>

#include "coordinator/discovery/project/discovery_options.h"
#include "coordinator/discovery/project/project_config.h"

namespace fastest::discovery {

struct CollectionOptions {
  // Absolute.
  std::vector<std::string> ignore;
  std::vector<std::string> ignore_glob;
  // Prefixes of node ids.
  std::vector<std::string> deselect;
  bool no_conftest = false;
  bool collect_in_virtualenv = false;
  bool keep_duplicates = false;
  // Unless -p no:doctest.
  bool collects_doctests = true;
  // The last -m and the last -k.
  std::string marks;
  std::string keywords;
  // --import-mode is "prepend", which is the default.
  bool prepends_paths = true;
  // Conftest files above this directory do not count. Absolute.
  std::string confcutdir;
  // Anything else in addopts or on the command line that may change the collection: "addopts has --doctest-modules".
  std::vector<std::string> open_reasons;
};

CollectionOptions CollectionOptionsOf(const ProjectConfig& project, const DiscoveryOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_COLLECTION_OPTIONS_H_
