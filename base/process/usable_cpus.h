// How many processors this process may keep busy: what its CPU set and the quotas of its cgroups leave of the machine.
// The defaults of '-n', '--slots' and of threads come from here. Thread-safe.
#ifndef FASTEST_BASE_PROCESS_USABLE_CPUS_H_
#define FASTEST_BASE_PROCESS_USABLE_CPUS_H_

#include <functional>
#include <optional>
#include <string>

namespace fastest {

// The text of a file; nothing if the file cannot be read.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;

// The smallest quota among the cgroups of this process, of version 1 and 2, and all their parents that are mounted: 1.5
// for "150000 100000". Nothing: there is no quota. Reads /proc/self/cgroup, /proc/self/mountinfo, and then cpu.max, or
// cpu.cfs_quota_us and cpu.cfs_period_us.
std::optional<double> CpuQuota(const ReadText& read);

// At least 1. A quota is rounded up: with 1.5 processors two workers are faster than one.
int UsableCpus(int processors_in_set, std::optional<double> quota);

// Of this process.
int UsableCpus();

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_USABLE_CPUS_H_
