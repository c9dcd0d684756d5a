#include "coordinator/history/folder_history.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"

namespace fastest::history {
namespace {

using Json = nlohmann::json;

constexpr char kSuffix[] = ".run";
constexpr char kMark[] = "fastest-history 1 ";
constexpr double kNewWeight = 0.5;
constexpr int64_t kForgetAfterS = int64_t{60} * 24 * 3600;
// No run has so much to say; a file that claims to is not ours.
constexpr size_t kMostBytes = size_t{1} << 30;

struct Seen {
  double seconds = 0;
  int position = 0;
  int64_t at = 0;
};
struct ModuleRecord {
  std::map<std::string, Seen> tests;
};
// By project, then by module; set-up by project and the node id of module or class.
struct Measured {
  std::map<std::string, std::map<std::string, ModuleRecord>> modules;
  std::map<std::string, std::map<std::string, double>> setup_s;
};

double Merged(std::optional<double> before, double now) {
  return before.has_value() ? *before + kNewWeight * (now - *before) : now;
}

// Takes over what is newer.
void Merge(const Measured& newer, Measured* all) {
  for (const auto& [project, modules] : newer.modules) {
    for (const auto& [name, module] : modules) {
      std::map<std::string, Seen>& known = all->modules[project][name].tests;
      for (const auto& [node_id, seen] : module.tests) {
        const auto [before, is_new] = known.try_emplace(node_id, seen);
        if (is_new) continue;
        before->second = {Merged(before->second.seconds, seen.seconds), seen.position, seen.at};
      }
    }
  }
  for (const auto& [project, setups] : newer.setup_s) {
    for (const auto& [node_id, seconds] : setups) {
      const auto [before, is_new] = all->setup_s[project].try_emplace(node_id, seconds);
      if (!is_new) before->second = Merged(before->second, seconds);
    }
  }
}

std::string Packed(const Measured& record) {
  Json json = Json::object();
  for (const auto& [project, modules] : record.modules) {
    for (const auto& [name, module] : modules) {
      Json tests = Json::array();
      for (const auto& [node_id, seen] : module.tests) tests.push_back({node_id, seen.seconds, seen.position, seen.at});
      json["modules"][project][name] = std::move(tests);
    }
  }
  for (const auto& [project, setups] : record.setup_s) json["setup_s"][project] = setups;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  packed.resize(size);
  return absl::StrCat(kMark, absl::StrFormat("%016x %d\n", XXH3_64bits(packed.data(), packed.size()), text.size()),
                      packed);
}

// Nothing if it is damaged.
std::optional<Measured> Unpacked(const std::string& file) {
  unsigned long long digest = 0;
  unsigned long long size = 0;
  int header = 0;
  if (!absl::StartsWith(file, kMark) ||
      sscanf(file.c_str() + sizeof(kMark) - 1, "%16llx %llu%n", &digest, &size, &header) != 2) {
    return std::nullopt;
  }
  const size_t begin = sizeof(kMark) - 1 + static_cast<size_t>(header) + 1;
  if (begin > file.size() || size > kMostBytes) return std::nullopt;
  const std::string packed = file.substr(begin);
  if (XXH3_64bits(packed.data(), packed.size()) != digest) return std::nullopt;
  std::string text(size, '\0');
  uLongf unpacked = size;
  if (uncompress(reinterpret_cast<Bytef*>(text.data()), &unpacked, reinterpret_cast<const Bytef*>(packed.data()),
                 packed.size()) != Z_OK ||
      unpacked != size) {
    return std::nullopt;
  }
  Measured record;
  try {
    const Json json = Json::parse(text);
    const Json all_modules = json.value("modules", Json::object());
    const Json all_setups = json.value("setup_s", Json::object());
    for (const auto& [project, modules] : all_modules.items()) {
      for (const auto& [name, tests] : modules.items()) {
        ModuleRecord& module = record.modules[project][name];
        for (const Json& test : tests) {
          module.tests[test.at(0)] = {test.at(1).get<double>(), test.at(2).get<int>(), test.at(3).get<int64_t>()};
        }
      }
    }
    for (const auto& [project, setups] : all_setups.items()) {
      for (const auto& [node_id, seconds] : setups.items()) record.setup_s[project][node_id] = seconds.get<double>();
    }
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  return record;
}

absl::Status Error(const std::string& path, const std::string& what) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what));
}

// Written beside it and renamed: whoever reads sees all of it or nothing.
absl::Status WriteWhole(const std::string& path, const std::string& bytes) {
  const std::string unfinished = path + ".part";
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Error(unfinished, strerror(errno));
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      unlink(unfinished.c_str());
      return Error(unfinished, strerror(error));
    }
    written += static_cast<size_t>(n);
  }
  if (close(fd) != 0 || rename(unfinished.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(unfinished.c_str());
    return Error(path, strerror(error));
  }
  return absl::OkStatus();
}

// The runs' files, oldest first: their names begin with the time.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == kSuffix) files.push_back(entry->path().string());
  }
  if (error) return Error(folder, error.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<Measured> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return Unpacked(bytes.str());
}

// A name that no other run takes, after those of all before it.
std::string NewName(const std::string& folder, int64_t micros) {
  absl::BitGen random;
  return absl::StrCat(folder, "/", absl::StrFormat("%016d-%016x", micros, absl::Uniform<uint64_t>(random)), kSuffix);
}

class FolderHistory final : public History {
 public:
  explicit FolderHistory(std::string folder)
      : folder_(std::move(folder)), own_file_(NewName(folder_, absl::ToUnixMicros(absl::Now()))) {}

  absl::StatusOr<std::unordered_map<std::string, ModuleHistory>> Load(
      const std::string& project, const std::vector<std::string>& modules) override {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(folder_));
    Measured all;
    size_t damaged = 0;
    for (const std::string& file : files) {
      const std::optional<Measured> record = ReadFile(file);
      if (record.has_value()) {
        Merge(*record, &all);
      } else if (access(file.c_str(), F_OK) == 0 && damaged++ == 0) {
        // (One that is gone was joined to another meanwhile.)
        remark_ = absl::StrCat(file, " is damaged and left out");
      }
    }
    if (damaged > 1) absl::StrAppend(&remark_, ", and so are ", damaged - 1, " others");
    std::unordered_map<std::string, ModuleHistory> loaded;
    for (const std::string& name : modules) {
      const auto known = all.modules[project].find(name);
      if (known == all.modules[project].end()) continue;
      ModuleHistory& history = loaded[name];
      std::vector<std::pair<int, std::string>> order;
      for (const auto& [node_id, seen] : known->second.tests) order.emplace_back(seen.position, node_id);
      std::sort(order.begin(), order.end());
      for (auto& [position, node_id] : order) {
        const double seconds = known->second.tests.at(node_id).seconds;
        history.tests.emplace_back(std::move(node_id), seconds);
      }
      const std::map<std::string, double>& setups = all.setup_s[project];
      if (const auto setup = setups.find(name); setup != setups.end()) history.setup_s = setup->second;
      const std::string begin = name + "::";
      for (auto it = setups.lower_bound(begin); it != setups.end() && absl::StartsWith(it->first, begin); ++it) {
        history.class_setup_s[it->first] = it->second;
      }
    }
    return loaded;
  }

  // All that this run has said so far, in its one file.
  absl::Status Record(const std::string& project, const std::vector<Observation>& tests,
                      const std::unordered_map<std::string, double>& setup_s) override {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    for (const Observation& test : tests) {
      if (!std::isfinite(test.seconds)) continue;
      own_.modules[project][std::string(test.module)].tests[std::string(test.node_id)] = {test.seconds, test.position,
                                                                                          now};
    }
    for (const auto& [node_id, seconds] : setup_s) {
      if (std::isfinite(seconds)) own_.setup_s[project][node_id] = seconds;
    }
    return WriteWhole(own_file_, Packed(own_));
  }

  std::string Remark() const override { return remark_; }

 private:
  const std::string folder_;
  const std::string own_file_;
  Measured own_;
  std::string remark_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<History>> OpenFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error(folder, error.message());
  return std::unique_ptr<History>(std::make_unique<FolderHistory>(folder));
}

absl::StatusOr<int> CompactFolder(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(folder));
  Measured all;
  std::vector<std::string> joined;
  for (const std::string& file : files) {
    const std::optional<Measured> record = ReadFile(file);
    if (!record.has_value()) continue;
    Merge(*record, &all);
    joined.push_back(file);
  }
  if (joined.size() < 2) return static_cast<int>(joined.size());
  const int64_t before = absl::ToUnixSeconds(absl::Now()) - kForgetAfterS;
  for (auto& [project, modules] : all.modules) {
    for (auto module = modules.begin(); module != modules.end();) {
      for (auto test = module->second.tests.begin(); test != module->second.tests.end();) {
        test = test->second.at < before ? module->second.tests.erase(test) : std::next(test);
      }
      module = module->second.tests.empty() ? modules.erase(module) : std::next(module);
    }
  }
  // It stands where the last of them stood: what is written meanwhile is newer.
  const std::string last = std::filesystem::path(joined.back()).filename().string();
  long long micros = 0;
  if (sscanf(last.c_str(), "%16lld", &micros) != 1) micros = absl::ToUnixMicros(absl::Now());
  RETURN_IF_ERROR(WriteWhole(NewName(folder, micros), Packed(all)));
  for (const std::string& file : joined) {
    if (unlink(file.c_str()) != 0 && errno != ENOENT) return Error(file, strerror(errno));
  }
  return static_cast<int>(joined.size());
}

}  // namespace fastest::history
