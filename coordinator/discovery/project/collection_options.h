// The options that decide what is collected: those of the command line and those that stand in addopts.
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
  // -m and -k: the last of each.
  std::string marks;
  std::string keywords;
  // --import-mode is "prepend", as it is by default.
  bool prepends_paths = true;
  // No conftest file above it counts. Absolute.
  std::string confcutdir;
  // What else addopts or the command line says that may change the collection: "addopts has --doctest-modules".
  std::vector<std::string> open_reasons;
};

CollectionOptions CollectionOptionsOf(const ProjectConfig& project, const DiscoveryOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_COLLECTION_OPTIONS_H_
