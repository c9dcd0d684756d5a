// What an outcome is called, in reports and in metrics.
#ifndef FASTEST_PROTO_OUTCOME_NAME_H_
#define FASTEST_PROTO_OUTCOME_NAME_H_

#include "proto/test.pb.h"

namespace fastest {

inline constexpr v1::Outcome kOutcomes[] = {v1::PASSED, v1::FAILED, v1::ERROR, v1::SKIPPED, v1::XFAILED, v1::XPASSED};

// "passed", "failed" …; what says nothing of its outcome is an error, not a good one.
inline const char* OutcomeName(v1::Outcome outcome) {
  switch (outcome) {
    case v1::PASSED:
      return "passed";
    case v1::FAILED:
      return "failed";
    case v1::SKIPPED:
      return "skipped";
    case v1::XFAILED:
      return "xfailed";
    case v1::XPASSED:
      return "xpassed";
    default:
      return "error";
  }
}

}  // namespace fastest

#endif  // FASTEST_PROTO_OUTCOME_NAME_H_
