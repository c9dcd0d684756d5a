#include "base/net/loopback.h"

#include <gtest/gtest.h>

namespace fastest {
namespace {

TEST(LoopbackTest, IsWhatCanOnlyBeThisMachine) {
  for (const char* host : {"localhost", "[::1]", "127.0.0.1", "127.3.2.1", "127.1"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const char* host : {"", "127.any.name", "127.example.org", "127.0.0.1.example.org", "127.0.0.1.5", "127",
                           "127.0.0.1 ", "localhost.example", "0.0.0.0", "10.0.0.1", "[::]", "::1"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

}  // namespace
}  // namespace fastest
