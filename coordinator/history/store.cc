#include "coordinator/history/store.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "coordinator/history/folder_files.h"
#include "coordinator/history/remote_files.h"
#include "coordinator/history/remote_location.h"
#include "coordinator/history/shared_history.h"
#include "coordinator/history/transfers.h"
#include "proto/test_id.h"

namespace fastest::history {
namespace {

// Nobody waits for it, and a store that was never compacted is large.
constexpr absl::Duration kCompactWithin = absl::Minutes(10);

// Node id and seconds, in the order of the file.
using Durations = std::vector<std::pair<std::string, double>>;

absl::StatusOr<Durations> FromJson(const std::string& text) {
  const auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        "this is not a .test_durations file: a JSON object with the seconds of each test");
  }
  Durations durations;
  for (const auto& [node_id, seconds] : json.items()) {
    if (!seconds.is_number())
      return absl::InvalidArgumentError(absl::StrCat("the duration of ", node_id, " is not a number"));
    durations.emplace_back(node_id, seconds.get<double>());
  }
  return durations;
}

// "tests.test_a.TestX" is the class TestX in the file tests/test_a.py: the longest beginning that names a file.
std::string NodeIdOf(const pugi::xml_node& test, const std::string& rootdir) {
  std::vector<std::string> names = absl::StrSplit(test.attribute("classname").value(), '.', absl::SkipEmpty());
  const std::string name = test.attribute("name").value();
  for (size_t files = names.size(); files > 0; --files) {
    const std::string file =
        absl::StrCat(absl::StrJoin(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(files), "/"), ".py");
    // A file that cannot be looked at has no tests that this user runs.
    std::error_code ignored;
    if (!std::filesystem::exists(absl::StrCat(rootdir, "/", file), ignored)) continue;
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(files));
    names.push_back(name);
    return absl::StrCat(file, "::", absl::StrJoin(names, "::"));
  }
  return "";
}

absl::StatusOr<Durations> FromJunit(const std::string& text, const std::string& rootdir) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  if (!parsed) return absl::InvalidArgumentError(absl::StrCat("it is no JUnit XML: ", parsed.description()));
  Durations durations;
  for (const pugi::xpath_node& found : document.select_nodes("//testcase[@time]")) {
    const std::string node_id = NodeIdOf(found.node(), rootdir);
    if (!node_id.empty()) durations.emplace_back(node_id, found.node().attribute("time").as_double());
  }
  if (durations.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("none of its test cases belongs to a file below ", rootdir));
  }
  return durations;
}

bool IsFolder(const std::string& path) {
  // Whoever opens the file or the folder learns why that cannot be done.
  std::error_code ignored;
  return absl::EndsWith(path, "/") || std::filesystem::is_directory(path, ignored);
}

absl::StatusOr<std::unique_ptr<Files>> FilesOn(const std::string& server, RemoteFiles::Options options) {
  ASSIGN_OR_RETURN(RemoteLocation location, Locate(server, getenv));
  ASSIGN_OR_RETURN(std::unique_ptr<Transfers> transfers, Transfers::Make());
  return std::unique_ptr<Files>(
      std::make_unique<RemoteFiles>(std::move(location), std::move(transfers), std::move(options)));
}

std::unique_ptr<Files> FilesIn(const std::string& folder) {
  return std::make_unique<FolderFiles>(absl::EndsWith(folder, "/") ? folder.substr(0, folder.size() - 1) : folder);
}

}  // namespace

absl::Status CheckStoreName(const std::string& path) {
  if (!IsRemote(path)) return absl::OkStatus();
  // The environment is read when the store is used, which costs a run nothing.
  return Locate(path, [](const char* /*name*/) { return nullptr; }).status();
}

absl::StatusOr<std::unique_ptr<History>> OpenStore(const std::string& path, bool (*interrupted)()) {
  if (IsRemote(path)) {
    RemoteFiles::Options options;
    options.interrupted = interrupted;
    ASSIGN_OR_RETURN(std::unique_ptr<Files> files, FilesOn(path, options));
    return MakeSharedHistory(std::move(files));
  }
  std::error_code error;
  if (IsFolder(path)) {
    std::filesystem::create_directories(path, error);
    if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
    return MakeSharedHistory(FilesIn(path));
  }
  // If this fails, the file cannot be opened, and SQLite says why.
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  return History::Open(path);
}

absl::StatusOr<std::unique_ptr<History>> OpenStoreToRead(const std::string& path, bool (*interrupted)()) {
  if (IsRemote(path)) {
    RemoteFiles::Options options;
    options.must_exist = true;
    options.interrupted = interrupted;
    ASSIGN_OR_RETURN(std::unique_ptr<Files> files, FilesOn(path, options));
    return MakeSharedHistory(std::move(files));
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return MakeSharedHistory(FilesIn(path));
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": ", error ? error.message() : "no such file or folder"));
  }
  return History::OpenToRead(path);
}

absl::StatusOr<int> CompactStore(const std::string& path) {
  if (IsRemote(path)) {
    RemoteFiles::Options options;
    options.read_within = kCompactWithin;
    options.write_within = kCompactWithin;
    options.must_exist = true;
    ASSIGN_OR_RETURN(const std::unique_ptr<Files> files, FilesOn(path, options));
    return Compact(*files);
  }
  if (!IsFolder(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--history-compact is for a folder or a server; ", path, " is none (a file keeps itself small)"));
  }
  return Compact(*FilesIn(path));
}

void Underlay(std::unordered_map<std::string, ModuleHistory> base,
              std::unordered_map<std::string, ModuleHistory>* own) {
  for (auto& [name, module] : base) {
    const auto [mine, is_new] = own->try_emplace(name, module);
    if (is_new) continue;
    ModuleHistory& known = mine->second;
    std::set<std::string> tests;
    for (const auto& [node_id, seconds] : known.tests) tests.insert(node_id);
    for (auto& test : module.tests) {
      if (tests.count(test.first) == 0) known.tests.push_back(std::move(test));
    }
    if (known.setup_s <= 0) known.setup_s = module.setup_s;
    known.class_setup_s.insert(module.class_setup_s.begin(), module.class_setup_s.end());
  }
}

absl::StatusOr<int> Import(const std::string& path, const std::string& rootdir, const std::string& project,
                           History& into) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError(absl::StrCat(path, ": ", strerror(errno)));
  std::stringstream stream;
  stream << file.rdbuf();
  const std::string text = stream.str();
  const size_t begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool xml = begin != std::string::npos && text[begin] == '<';
  absl::StatusOr<Durations> durations = xml ? FromJunit(text, rootdir) : FromJson(text);
  if (!durations.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(durations.status().message())));
  }
  std::vector<std::string> modules;
  modules.reserve(durations->size());
  for (const auto& [node_id, seconds] : *durations) modules.emplace_back(ModuleOf(node_id));
  std::vector<Observation> observations;
  std::map<std::string, int> positions;
  for (size_t i = 0; i < durations->size(); ++i) {
    const auto& [node_id, seconds] = (*durations)[i];
    observations.push_back({modules[i], node_id, std::max(0.0, seconds), positions[modules[i]]++});
  }
  RETURN_IF_ERROR(into.Record(project, observations, {}));
  return static_cast<int>(observations.size());
}

}  // namespace fastest::history
