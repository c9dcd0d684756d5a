// How one test fared in past runs. A value; pure.
#ifndef FASTEST_COORDINATOR_HISTORY_TEST_PAST_H_
#define FASTEST_COORDINATOR_HISTORY_TEST_PAST_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace fastest::history {

// A run's letters: the test did not fail, it failed, it failed and then passed in the same run.
inline constexpr char kDidNotFail = '.';
inline constexpr char kFailed = 'F';
inline constexpr char kFlaky = 'f';
// Nothing is known: durations that another tool has measured.
inline constexpr char kUnknown = 0;

inline constexpr size_t kRunsRemembered = 20;

struct TestPast {
  // A letter for each of the latest runs, the newest last; kRunsRemembered at most.
  std::string runs;
  // When it failed first, of the failures in a row with which `runs` ends: seconds since the epoch. 0: it did not fail last.
  int64_t failing_since = 0;
};

// Adds what came later.
inline void Append(const TestPast& later, TestPast* past) {
  if (later.runs.empty()) return;
  const bool went_on = past->failing_since > 0 && later.runs.find_first_not_of(kFailed) == std::string::npos;
  if (!went_on) past->failing_since = later.failing_since;
  past->runs += later.runs;
  if (past->runs.size() > kRunsRemembered) past->runs.erase(0, past->runs.size() - kRunsRemembered);
}

// In one of the runs remembered.
inline bool HasFailed(const TestPast& past) { return past.runs.find_first_not_of(kDidNotFail) != std::string::npos; }

// One run's letter as a past of its own.
inline TestPast PastOf(char how, int64_t at) {
  if (how == kUnknown) return {};
  return {std::string(1, how), how == kFailed ? at : 0};
}

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_TEST_PAST_H_
