#include "proto/worker_id.h"

#include <gtest/gtest.h>

namespace fastest {
namespace {

TEST(WorkerIdTest, ANumberComesBack) {
  for (const int number : {0, 7, 1234}) EXPECT_EQ(WorkerNumber(WorkerId(number)), number);
  EXPECT_EQ(WorkerId(3), "gw3");
}

TEST(WorkerIdTest, OtherNamesHaveNoNumber) {
  for (const char* name : {"", "gw", "3", "gwx", "gw3x", "master", "native"}) {
    EXPECT_EQ(WorkerNumber(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace fastest
