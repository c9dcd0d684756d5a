#include "coordinator/history/run_file.h"

#include <xxhash.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/test_id.h"

namespace fastest::history {
namespace {

using Json = nlohmann::json;

constexpr char kSuffix[] = ".run";
constexpr char kProgram[] = "fastest-history ";
constexpr char kMark[] = "fastest-history 1 ";
constexpr double kNewWeight = 0.5;
constexpr size_t kMostNameBytes = 200;
// No store has so much to say; a file that does is not ours.
constexpr size_t kMostUnpackedBytes = size_t{256} << 20;

double Merged(double before, double now) {
  if (std::isnan(now)) return before;
  return std::isnan(before) ? now : before + kNewWeight * (now - before);
}

absl::Status Damaged() { return absl::DataLossError("is damaged"); }

// Exactly `size` bytes, or nothing.
std::optional<std::string> Inflated(std::string_view packed, size_t size) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int step = Z_OK;
  while (step == Z_OK && text.size() <= size) {
    char part[1 << 16];
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof(part);
    step = inflate(&stream, Z_NO_FLUSH);
    text.append(part, sizeof(part) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (step != Z_STREAM_END || text.size() != size) return std::nullopt;
  return text;
}

double SecondsOf(const Json& json) {
  const double seconds = json.get<double>();
  return std::isfinite(seconds) ? seconds : 0;
}

// Node id, seconds, position, time; where something is known of its runs, their letters, and since when it fails where it does.
Json Told(const std::string& node_id, const Seen& seen) {
  Json told = {node_id, seen.seconds, seen.position, seen.at};
  if (!seen.past.runs.empty()) told.push_back(seen.past.runs);
  if (seen.past.failing_since > 0) told.push_back(seen.past.failing_since);
  return told;
}

Seen SeenOf(const Json& told) {
  // JSON has no other word for what is no number.
  const bool measured = !told.at(1).is_null();
  Seen seen = {measured ? SecondsOf(told.at(1)) : std::numeric_limits<double>::quiet_NaN(),
               told.at(2).get<int>(),
               told.at(3).get<int64_t>(),
               {}};
  // Whoever wrote it, no more than we would keep.
  if (told.size() > 4)
    Append({told.at(4).get<std::string>(), told.size() > 5 ? told.at(5).get<int64_t>() : 0}, &seen.past);
  return seen;
}

// Throws Json::exception where the text is of another form.
RunFile FromJson(const std::string& text) {
  RunFile file;
  const Json json = Json::parse(text);
  const Json all_modules = json.value("modules", Json::object());
  const Json all_setups = json.value("setup_s", Json::object());
  const Json replaces = json.value("replaces", Json::array());
  for (const auto& [project, modules] : all_modules.items()) {
    for (const auto& [name, tests] : modules.items()) {
      std::map<std::string, Seen>& module = file.tests[project][name];
      for (const Json& test : tests) {
        module[test.at(0)] = SeenOf(test);
      }
    }
  }
  for (const auto& [project, setups] : all_setups.items()) {
    for (const auto& [node_id, seconds] : setups.items()) file.setup_s[project][node_id] = SecondsOf(seconds);
  }
  for (const Json& name : replaces) file.replaces.insert(name.get<std::string>());
  return file;
}

bool Overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.count(name) > 0; });
}

}  // namespace

std::string NewName(int64_t micros) {
  absl::BitGen random;
  return absl::StrCat(absl::StrFormat("%016d-%016x", micros, absl::Uniform<uint64_t>(random)), kSuffix);
}

bool IsName(std::string_view name) {
  constexpr size_t kSuffixBytes = sizeof(kSuffix) - 1;
  if (name.size() <= kSuffixBytes || name.size() > kMostNameBytes || name.front() == '.') return false;
  if (name.substr(name.size() - kSuffixBytes) != kSuffix) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

int64_t MicrosOf(const std::string& name) {
  constexpr size_t kDigits = 16;
  int64_t micros = 0;
  if (name.size() <= kDigits || name[kDigits] != '-') return 0;
  return absl::SimpleAtoi(name.substr(0, kDigits), &micros) ? micros : 0;
}

void Merge(const RunFile& newer, RunFile* all) {
  for (const auto& [project, modules] : newer.tests) {
    for (const auto& [name, tests] : modules) {
      std::map<std::string, Seen>& known = all->tests[project][name];
      for (const auto& [node_id, seen] : tests) {
        const auto [before, is_new] = known.try_emplace(node_id, seen);
        if (is_new) continue;
        TestPast past = before->second.past;
        Append(seen.past, &past);
        before->second = {Merged(before->second.seconds, seen.seconds), seen.position, seen.at, std::move(past)};
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

void Forget(int64_t before, RunFile* all) {
  for (auto& [project, modules] : all->tests) {
    for (auto module = modules.begin(); module != modules.end();) {
      for (auto test = module->second.begin(); test != module->second.end();) {
        test = test->second.at < before ? module->second.erase(test) : std::next(test);
      }
      module = module->second.empty() ? modules.erase(module) : std::next(module);
    }
  }
  for (auto& [project, setups] : all->setup_s) {
    const auto modules = all->tests.find(project);
    for (auto setup = setups.begin(); setup != setups.end();) {
      const std::string& node_id = setup->first;
      bool used = false;
      if (modules != all->tests.end()) {
        const auto module = modules->second.find(std::string(ModuleOf(node_id)));
        if (module != modules->second.end()) {
          const std::string begin = node_id + "::";
          const auto test = module->second.lower_bound(begin);
          used = module->first == node_id || (test != module->second.end() && absl::StartsWith(test->first, begin));
        }
      }
      setup = used ? std::next(setup) : setups.erase(setup);
    }
  }
}

std::string Pack(const RunFile& file) {
  Json json = Json::object();
  for (const auto& [project, modules] : file.tests) {
    for (const auto& [name, module] : modules) {
      Json tests = Json::array();
      for (const auto& [node_id, seen] : module) tests.push_back(Told(node_id, seen));
      json["modules"][project][name] = std::move(tests);
    }
  }
  for (const auto& [project, setups] : file.setup_s) json["setup_s"][project] = setups;
  if (!file.replaces.empty()) json["replaces"] = file.replaces;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  packed.resize(size);
  return absl::StrCat(kMark, absl::StrFormat("%016x %d\n", XXH3_64bits(packed.data(), packed.size()), text.size()),
                      packed);
}

absl::StatusOr<RunFile> Unpack(const std::string& bytes) {
  int format = 0;
  if (absl::StartsWith(bytes, kProgram) && sscanf(bytes.c_str() + sizeof(kProgram) - 1, "%4d", &format) == 1 &&
      format > 1) {
    return absl::FailedPreconditionError("was written by a newer Fastest");
  }
  unsigned long long digest = 0;
  unsigned long long size = 0;
  int header = 0;
  if (!absl::StartsWith(bytes, kMark) ||
      sscanf(bytes.c_str() + sizeof(kMark) - 1, "%16llx %llu%n", &digest, &size, &header) != 2) {
    return Damaged();
  }
  const size_t begin = sizeof(kMark) - 1 + static_cast<size_t>(header) + 1;
  if (begin > bytes.size() || bytes.size() > kMostPackedBytes || size > kMostUnpackedBytes) return Damaged();
  const std::string_view packed = std::string_view(bytes).substr(begin);
  if (XXH3_64bits(packed.data(), packed.size()) != digest) return Damaged();
  const std::optional<std::string> text = Inflated(packed, size);
  if (!text.has_value()) return Damaged();
  try {
    return FromJson(*text);
  } catch (const Json::exception&) {
    return Damaged();
  }
}

std::vector<std::string> Counted(const std::set<std::string>& listed, const std::map<std::string, RunFile>& files) {
  // How many of the files that it replaces are gone, by the name of each joined file.
  std::map<std::string, size_t> joined;
  for (const auto& [name, file] : files) {
    if (file.replaces.empty()) continue;
    joined[name] =
        static_cast<size_t>(std::count_if(file.replaces.begin(), file.replaces.end(),
                                          [&](const std::string& replaced) { return listed.count(replaced) == 0; }));
  }
  std::set<std::string> left_out;
  std::set<std::string> contained;
  while (!joined.empty()) {
    // One that was joined to another comes after that other. Of two that have something in common, the one whose files are being removed is the
    // one that their writers have agreed on.
    const auto is_joined = [&](const std::string& name) {
      return std::any_of(joined.begin(), joined.end(),
                         [&](const auto& other) { return files.at(other.first).replaces.count(name) > 0; });
    };
    auto next = joined.begin();
    bool next_is_joined = is_joined(next->first);
    for (auto it = std::next(joined.begin()); it != joined.end(); ++it) {
      const bool it_is_joined = is_joined(it->first);
      if (it_is_joined > next_is_joined || (it_is_joined == next_is_joined && it->second <= next->second)) continue;
      next = it;
      next_is_joined = it_is_joined;
    }
    const std::string name = next->first;
    const std::set<std::string>& replaces = files.at(name).replaces;
    joined.erase(next);
    if (contained.count(name) > 0 || Overlap(replaces, contained)) {
      left_out.insert(name);
    } else {
      contained.insert(replaces.begin(), replaces.end());
    }
  }
  std::vector<std::string> counted;
  for (const auto& [name, file] : files) {
    if (contained.count(name) == 0 && left_out.count(name) == 0) counted.push_back(name);
  }
  return counted;
}

}  // namespace fastest::history
