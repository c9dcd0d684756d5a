#include "coordinator/discovery/collection_options.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/path.h"

namespace fastest::discovery {
namespace {

// Options after which pytest collects something else, or in another order.
constexpr std::string_view kChanging[] = {
    "--doctest-glob", "--doctest-modules", "--failed-first", "--ff",       "--last-failed", "--lf",     "--new-first", "--nf",
    "--override-ini", "--pyargs",          "--stepwise",     "--sw",       "-k",            "-m",       "-o",
};

}  // namespace

CollectionOptions CollectionOptionsOf(const ProjectConfig& project, const DiscoveryOptions& options) {
  CollectionOptions result;
  result.confcutdir = project.inifile.empty() ? project.rootdir : std::string(ParentPath(project.inifile));
  const auto absolute = [&options](std::string_view path) { return AbsolutePath(options.invocation_dir, path); };
  for (const std::string& path : options.ignore) result.ignore.push_back(absolute(path));
  for (const std::string& glob : options.ignore_glob) result.ignore_glob.push_back(absolute(glob));
  result.deselect = options.deselect;

  const std::vector<std::string>& words = project.addopts;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.empty() || word[0] != '-') {
      result.open_reasons.push_back(absl::StrCat("addopts has ", word));
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    // A word without a dash behind an option is taken for its value.
    const bool has_next = equals == std::string::npos && i + 1 < words.size() && words[i + 1].substr(0, 1) != "-";
    const std::string value = equals != std::string::npos ? word.substr(equals + 1) : has_next ? words[i + 1] : "";
    if (has_next) ++i;
    if (name == "--ignore") {
      result.ignore.push_back(absolute(value));
    } else if (name == "--ignore-glob") {
      result.ignore_glob.push_back(absolute(value));
    } else if (name == "--deselect") {
      result.deselect.push_back(value);
    } else if (name == "--confcutdir") {
      result.confcutdir = absolute(value);
    } else if (name == "--noconftest") {
      result.no_conftest = true;
    } else if (name == "--collect-in-virtualenv") {
      result.collect_in_virtualenv = true;
    } else if (name == "--keep-duplicates" || name == "--keepduplicates") {
      result.keep_duplicates = true;
    } else if (absl::StartsWith(name, "-p") && !absl::StartsWith(name, "--")) {
      const std::string plugin = name.size() > 2 ? name.substr(2) : value;
      if (!absl::StartsWith(plugin, "no:")) result.open_reasons.push_back(absl::StrCat("addopts loads the plugin ", plugin));
    } else if (std::binary_search(std::begin(kChanging), std::end(kChanging), std::string_view(name)) ||
               (name.size() > 2 && name[1] != '-' && (name[1] == 'k' || name[1] == 'm' || name[1] == 'o'))) {
      result.open_reasons.push_back(absl::StrCat("addopts has ", name));
    }
  }
  return result;
}

}  // namespace fastest::discovery
