// The headings of --help.
#ifndef FASTEST_COORDINATOR_OPTIONS_FLAG_GROUPS_H_
#define FASTEST_COORDINATOR_OPTIONS_FLAG_GROUPS_H_

namespace fastest::options::group {

inline constexpr char kRun[] = "Running";
inline constexpr char kFarm[] = "Running on other machines";
inline constexpr char kSelect[] = "Choosing tests (as pytest)";
inline constexpr char kOrder[] = "Order, and tests that lean on others";
inline constexpr char kReports[] = "Reports";
inline constexpr char kText[] = "Terminal (as pytest)";
inline constexpr char kConfig[] = "Configuration (as pytest)";
inline constexpr char kAsk[] = "Asking without running";
inline constexpr char kWhole[] = "Run in one session (a plugin has to see everything)";
inline constexpr char kTake[] = "pytest takes over the terminal";
inline constexpr char kLog[] = "Handed to pytest";
inline constexpr char kXdist[] = "pytest-xdist's, understood and replaced by our own scheduling";

}  // namespace fastest::options::group

#endif  // FASTEST_COORDINATOR_OPTIONS_FLAG_GROUPS_H_
