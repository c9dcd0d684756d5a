#include "base/process/usable_cpus.h"

#include <sched.h>

#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fastest {
namespace {

using Files = std::map<std::string, std::string>;

constexpr char kCgroup2[] = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kCpu1[] = "33 26 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n";
constexpr char kMemory1[] = "34 26 0:31 / /sys/fs/cgroup/memory rw shared:11 - cgroup cgroup rw,memory\n";

std::string Describe(const Files& files, const std::string& cgroup, const std::string& mountinfo) {
  const std::optional<double> quota = CpuQuota([&](const std::string& path) -> std::optional<std::string> {
    if (path == "/proc/self/cgroup") return cgroup;
    if (path == "/proc/self/mountinfo") return mountinfo;
    const auto file = files.find(path);
    return file == files.end() ? std::nullopt : std::optional<std::string>(file->second);
  });
  return quota.has_value() ? std::to_string(*quota).substr(0, 4) : "none";
}

TEST(CpuQuotaTest, FollowsEveryLayoutOfCgroups) {
  struct Case {
    const char* about;
    Files files;
    std::string cgroup;
    std::string mountinfo;
    const char* quota;
  };
  const std::vector<Case> cases = {
      {"version 2", {{"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"}}, "0::/a\n", kCgroup2, "1.50"},
      {"version 2, no quota", {{"/sys/fs/cgroup/a/cpu.max", "max 100000\n"}}, "0::/a\n", kCgroup2, "none"},
      {"a parent's quota is smaller",
       {{"/sys/fs/cgroup/a/cpu.max", "100000 100000\n"},
        {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
        {"/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n"}},
       "0::/a/b/c\n",
       kCgroup2,
       "1.00"},
      {"a container's own namespace", {{"/sys/fs/cgroup/cpu.max", "50000 100000\n"}}, "0::/\n", kCgroup2, "0.50"},
      {"outside of its namespace", {{"/sys/fs/cgroup/cpu.max", "250000 100000"}}, "0::/../b\n", kCgroup2, "2.50"},
      {"the mount's root is the cgroup",
       {{"/cg/cpu.max", "200000 100000\n"}},
       "0::/system.slice/docker-1.scope\n",
       "29 23 0:26 /system.slice/docker-1.scope /cg ro - cgroup2 cgroup rw\n",
       "2.00"},
      {"the mount's root is above the cgroup",
       {{"/cg/x/cpu.max", "300000 100000\n"}},
       "0::/system.slice/x\n",
       "29 23 0:26 /system.slice /cg ro - cgroup2 cgroup rw\n",
       "3.00"},
      {"the mount's root only begins alike",
       {{"/cg/cpu.max", "100000 100000\n"}},
       "0::/system.slice/x\n",
       "29 23 0:26 /sys /cg ro - cgroup2 cgroup rw\n",
       "1.00"},
      {"a space in the path of the mount",
       {{"/my cg/a/cpu.max", "100000 100000\n"}},
       "0::/a\n",
       "29 23 0:26 / /my\\040cg rw - cgroup2 cgroup2 rw\n",
       "1.00"},
      {"version 1",
       {{"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us", "350000\n"},
        {"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_period_us", "100000\n"}},
       "5:memory:/m\n4:cpu,cpuacct:/d\n1:name=systemd:/s\n",
       std::string(kMemory1) + kCpu1,
       "3.50"},
      {"version 1, no quota",
       {{"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us", "-1\n"},
        {"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_period_us", "100000\n"}},
       "4:cpu,cpuacct:/d\n",
       kCpu1,
       "none"},
      {"version 1, a parent's quota",
       {{"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us", "100000\n"},
        {"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_period_us", "50000\n"},
        {"/sys/fs/cgroup/cpu,cpuacct/d/e/cpu.cfs_quota_us", "-1\n"},
        {"/sys/fs/cgroup/cpu,cpuacct/d/e/cpu.cfs_period_us", "100000\n"}},
       "4:cpu,cpuacct:/d/e\n",
       kCpu1,
       "2.00"},
      {"both versions, the smaller counts",
       {{"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us", "100000\n"},
        {"/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_period_us", "100000\n"},
        {"/sys/fs/cgroup/u/cpu.max", "900000 100000\n"}},
       "4:cpu,cpuacct:/d\n0::/u\n",
       std::string(kCpu1) + kCgroup2,
       "1.00"},
      {"cpuset is another controller",
       {{"/c/d/cpu.max", "1 1"}},
       "4:cpuset:/d\n",
       "33 26 0:30 / /c rw - cgroup cgroup rw,cpuset\n",
       "none"},
      {"a deleted cgroup", {}, "0::/a (deleted)\n", kCgroup2, "none"},
      {"files that say something else",
       {{"/sys/fs/cgroup/a/cpu.max", "what 0 is this"}},
       "0::/a\nx\n\n",
       std::string(kCgroup2) + "broken line\n - \n",
       "none"},
      {"a period of nothing", {{"/sys/fs/cgroup/a/cpu.max", "100 0\n"}}, "0::/a\n", kCgroup2, "none"},
      {"no cgroups", {}, "", "", "none"},
  };
  for (const Case& c : cases) EXPECT_EQ(Describe(c.files, c.cgroup, c.mountinfo), c.quota) << c.about;
  EXPECT_EQ(CpuQuota([](const std::string&) { return std::nullopt; }), std::nullopt);
}

TEST(UsableCpusTest, TheSmallerOfSetAndQuota) {
  EXPECT_EQ(UsableCpus(8, std::nullopt), 8);
  EXPECT_EQ(UsableCpus(8, 1.5), 2);
  EXPECT_EQ(UsableCpus(8, 2.0), 2);
  EXPECT_EQ(UsableCpus(8, 0.1), 1);
  EXPECT_EQ(UsableCpus(2, 6.0), 2);
  EXPECT_EQ(UsableCpus(0, std::nullopt), 1);
  EXPECT_EQ(UsableCpus(4, 1e12), 4);
}

TEST(UsableCpusTest, FollowsTheCpuSetOfTheProcess) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(UsableCpus(), 1);
  sched_setaffinity(0, sizeof(before), &before);
}

}  // namespace
}  // namespace fastest
