#include "coordinator/discovery/project/collection_options.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/project/path.h"

namespace fastest::discovery {
namespace {

// Options that make pytest collect something else, or in another order.
constexpr std::string_view kChanging[] = {
    "--doctest-glob", "--doctest-modules", "--failed-first", "--ff",       "--last-failed", "--lf", "--new-first",
    "--nf",           "--override-ini",    "--pyargs",       "--stepwise", "--sw",          "-o",
};

// -m, or -mVALUE.
bool IsShort(std::string_view word, char letter) { return word.size() >= 2 && word[0] == '-' && word[1] == letter; }

// The value that is part of the word of a short option ("-mslow", "-m=slow"), or else the next word.
std::string ShortValue(std::string_view word, const std::string& next) {
  if (word.size() == 2) return next;
  return std::string(word.substr(word[2] == '=' ? 3 : 2));
}

// Whether the next word cannot be the value of this option: "-v", "-ra".
bool StandsAlone(std::string_view word) {
  const bool is_short = word.size() >= 2 && word[1] != '-';
  return word.find('=') != std::string_view::npos ||
         (is_short && (word.size() > 2 || std::string_view("hlqsvx").find(word[1]) != std::string_view::npos));
}

constexpr char kAddopts[] = "addopts";
constexpr char kAddoptsVariable[] = "PYTEST_ADDOPTS";
constexpr char kCommandLine[] = "the command line";

void ReadWords(const std::vector<std::string>& words, const std::string& source, const std::string& directory,
               CollectionOptions& result) {
  const auto absolute = [&directory](std::string_view path) { return AbsolutePath(directory, path); };
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.empty() || word[0] != '-') {
      // The paths of the command line are read elsewhere.
      if (source != kCommandLine) result.open_reasons.push_back(absl::StrCat(source, " has ", word));
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    // A word without a dash behind an option is taken as its value.
    const bool has_next = !StandsAlone(word) && i + 1 < words.size() && words[i + 1].substr(0, 1) != "-";
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
    } else if (name == "--import-mode") {
      result.prepends_paths = value == "prepend";
    } else if (IsShort(word, 'm')) {
      result.marks = ShortValue(word, value);
    } else if (IsShort(word, 'k')) {
      result.keywords = ShortValue(word, value);
    } else if (IsShort(word, 'p')) {
      const std::string plugin = ShortValue(word, value);
      if (plugin == "no:doctest") result.collects_doctests = false;
      if (!absl::StartsWith(plugin, "no:"))
        result.open_reasons.push_back(absl::StrCat(source, " loads the plugin ", plugin));
    } else if (IsShort(word, 'o') ||
               std::binary_search(std::begin(kChanging), std::end(kChanging), std::string_view(name))) {
      result.open_reasons.push_back(absl::StrCat(source, " has ", name));
    }
  }
}

}  // namespace

CollectionOptions CollectionOptionsOf(const ProjectConfig& project, const DiscoveryOptions& options) {
  CollectionOptions result;
  result.confcutdir = project.inifile.empty() ? project.rootdir : std::string(ParentPath(project.inifile));
  const auto absolute = [&options](std::string_view path) { return AbsolutePath(options.invocation_dir, path); };
  for (const std::string& path : options.ignore) result.ignore.push_back(absolute(path));
  for (const std::string& glob : options.ignore_glob) result.ignore_glob.push_back(absolute(glob));
  result.deselect = options.deselect;

  // Typed options come last, and so they win.
  ReadWords(project.addopts, kAddopts, options.invocation_dir, result);
  ReadWords(options.environment_words, kAddoptsVariable, options.invocation_dir, result);
  ReadWords(options.words, kCommandLine, options.invocation_dir, result);
  if (!options.mark_expression.empty()) result.marks = options.mark_expression;
  if (!options.keyword_expression.empty()) result.keywords = options.keyword_expression;
  return result;
}

}  // namespace fastest::discovery
