#include "base/process/usable_cpus.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace fastest {
namespace {

// Where a hierarchy of cgroups is mounted, and which of its cgroups is at the mount's root.
struct Mount {
  bool version_2;
  std::string root;
  std::string point;
};

// The kernel writes a space in a path as \040.
std::string Unescaped(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto is_octal = [&](size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && is_octal(i + 1) && is_octal(i + 2) && is_octal(i + 3)) {
      result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool HasWord(absl::string_view list, absl::string_view word) {
  const std::vector<absl::string_view> words = absl::StrSplit(list, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "36 25 0:31 /root /point options … - type source super-options": see proc(5).
std::vector<Mount> MountsOfCpu(absl::string_view mountinfo) {
  constexpr size_t kRoot = 3;
  constexpr size_t kPoint = 4;
  std::vector<Mount> mounts;
  for (const absl::string_view line : absl::StrSplit(mountinfo, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.size() <= kPoint || fields.end() - dash < 4) continue;
    const bool version_2 = dash[1] == "cgroup2";
    if (!version_2 && !(dash[1] == "cgroup" && HasWord(dash[3], "cpu"))) continue;
    mounts.push_back({version_2, Unescaped(fields[kRoot]), Unescaped(fields[kPoint])});
  }
  return mounts;
}

// "0::/path" is the cgroup of version 2, and "4:cpu,cpuacct:/path" the one of the controller cpu of version 1.
std::optional<std::string> PathOfCpu(absl::string_view cgroups, bool version_2) {
  for (const absl::string_view line : absl::StrSplit(cgroups, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() < 3) continue;
    if (version_2 ? fields[0] == "0" && fields[1].empty() : HasWord(fields[1], "cpu")) return std::string(fields[2]);
  }
  return std::nullopt;
}

// The cgroup's path below the mount; empty: the mount's own root. A container often sees its own cgroup there, while
// /proc/self/cgroup has the path on the host.
std::string PathInMount(const std::string& path, const std::string& root) {
  absl::string_view rest = path;
  if (absl::StrContains(path, "/..")) return "";
  if (root != "/" && (!absl::ConsumePrefix(&rest, root) || (!rest.empty() && rest[0] != '/'))) return "";
  return std::string(absl::StripSuffix(rest, "/"));
}

std::optional<double> Number(const std::optional<std::string>& text) {
  double number = 0;
  if (!text.has_value() || !absl::SimpleAtod(absl::StripAsciiWhitespace(*text), &number)) return std::nullopt;
  return number;
}

std::optional<double> Ratio(std::optional<double> quota, std::optional<double> period) {
  if (!quota.has_value() || !period.has_value() || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

std::optional<double> QuotaOf(const std::string& folder, bool version_2, const ReadText& read) {
  if (!version_2) return Ratio(Number(read(folder + "/cpu.cfs_quota_us")), Number(read(folder + "/cpu.cfs_period_us")));
  const std::optional<std::string> text = read(folder + "/cpu.max");
  if (!text.has_value()) return std::nullopt;
  const std::vector<std::string> words = absl::StrSplit(absl::StripAsciiWhitespace(*text), ' ');
  // "max 100000" has no number, and so no quota.
  return words.size() == 2 ? Ratio(Number(words[0]), Number(words[1])) : std::nullopt;
}

std::optional<double> Smaller(std::optional<double> one, std::optional<double> other) {
  if (!one.has_value() || !other.has_value()) return one.has_value() ? one : other;
  return std::min(*one, *other);
}

int ProcessorsInSet() {
  // The kernel refuses a set that is smaller than its own, so large machines need a larger one.
  constexpr size_t kMost = size_t{1} << 20;
  for (size_t processors = CPU_SETSIZE; processors <= kMost; processors *= 2) {
    std::vector<cpu_set_t> set(processors / CPU_SETSIZE);
    const size_t bytes = set.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, set.data()) == 0) return CPU_COUNT_S(bytes, set.data());
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

std::optional<std::string> TextOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::optional<double> CpuQuota(const ReadText& read) {
  const std::optional<std::string> cgroups = read("/proc/self/cgroup");
  const std::optional<std::string> mountinfo = read("/proc/self/mountinfo");
  if (!cgroups.has_value() || !mountinfo.has_value()) return std::nullopt;
  std::optional<double> smallest;
  for (const Mount& mount : MountsOfCpu(*mountinfo)) {
    const std::optional<std::string> path = PathOfCpu(*cgroups, mount.version_2);
    if (!path.has_value()) continue;
    std::string below = PathInMount(*path, mount.root);
    while (true) {
      smallest = Smaller(smallest, QuotaOf(mount.point + below, mount.version_2, read));
      if (below.empty()) break;
      below.resize(below.rfind('/'));
    }
  }
  return smallest;
}

int UsableCpus(int processors_in_set, std::optional<double> quota) {
  const int processors = std::max(1, processors_in_set);
  if (!quota.has_value() || *quota >= processors) return processors;
  return std::max(1, static_cast<int>(std::ceil(*quota)));
}

int UsableCpus() { return UsableCpus(ProcessorsInSet(), CpuQuota(TextOfFile)); }

}  // namespace fastest
