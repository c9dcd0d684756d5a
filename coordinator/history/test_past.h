// The outcomes of one test in past runs. A value; pure.
#ifndef FASTEST_COORDINATOR_HISTORY_TEST_PAST_H_
#define FASTEST_COORDINATOR_HISTORY_TEST_PAST_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace fastest::history {

// The letters of a run: the test did not fail; it failed; it failed and then passed in the same run.
inline constexpr char kDidNotFail = '.';
inline constexpr char kFailed = 'F';
inline constexpr char kFlaky = 'f';
// The outcome is not known: another tool has measured the duration.
inline constexpr char kUnknown = 0;

inline constexpr size_t kRunsRemembered = 20;

struct TestPast {
  // A letter for each of the latest runs, the newest last; at most kRunsRemembered.
  std::string runs;
  // When the first of the failures in a row at the end of `runs` was, in seconds since the epoch. 0 if the test did not
  // fail last.
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

// The letter of one run as a past.
inline TestPast PastOf(char how, int64_t at) {
  if (how == kUnknown) return {};
  return {std::string(1, how), how == kFailed ? at : 0};
}

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_TEST_PAST_H_
