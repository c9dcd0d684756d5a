// The result of a test whose worker died or was killed while the test ran. Pure.
#ifndef FASTEST_AGENT_WORKERS_DEATH_REPORT_H_
#define FASTEST_AGENT_WORKERS_DEATH_REPORT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/workers/worker_state.h"
#include "proto/test.pb.h"

namespace fastest::agent {

// Output that the test left behind. Raw bytes.
struct Evidence {
  // Captured by pytest in the phase that was under way.
  std::string captured_stdout;
  std::string captured_stderr;
  // The end of the process's real stderr since the test began: a dying interpreter writes its last words there.
  std::string stderr_tail;
};

// Precondition: end.victim. `columns`: the width of the user's terminal; 0: unknown.
v1::TestResult MakeDeathResult(const std::string& worker_id, const WorkerState::End& end, const Evidence& evidence,
                               absl::Time now, uint32_t columns);

// `bytes` as valid UTF-8. Other bytes are written as \xNN, and so is NUL.
std::string ToText(absl::string_view bytes);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_DEATH_REPORT_H_
