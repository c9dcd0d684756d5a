#include "agent/coordinator/backoff.h"

#include <gtest/gtest.h>

namespace fastest::agent {
namespace {

void ExpectUpTo(absl::Duration wait, absl::Duration most) {
  EXPECT_GE(wait, most / 2);
  EXPECT_LE(wait, most);
}

TEST(BackoffTest, DoublesUpToTheLongest) {
  Backoff backoff(absl::Milliseconds(250), absl::Milliseconds(250), absl::Seconds(1));
  ExpectUpTo(backoff.Next(), absl::Milliseconds(250));
  ExpectUpTo(backoff.Next(), absl::Milliseconds(500));
  for (int i = 0; i < 3; ++i) ExpectUpTo(backoff.Next(), absl::Seconds(1));
  backoff.Reset();
  ExpectUpTo(backoff.Next(), absl::Milliseconds(250));
}

TEST(BackoffTest, TheFirstAttemptMayComeAtOnce) {
  Backoff backoff(absl::ZeroDuration(), absl::Milliseconds(50), absl::Seconds(1));
  EXPECT_EQ(backoff.Next(), absl::ZeroDuration());
  ExpectUpTo(backoff.Next(), absl::Milliseconds(50));
  ExpectUpTo(backoff.Next(), absl::Milliseconds(100));
}

}  // namespace
}  // namespace fastest::agent
