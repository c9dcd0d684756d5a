#include "base/status_macros.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

absl::Status Check(bool good, int* reached) {
  RETURN_IF_ERROR(good ? absl::OkStatus() : absl::NotFoundError("not there"));
  ++*reached;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<std::string>> Make(bool good) {
  if (!good) return absl::InvalidArgumentError("bad");
  return std::make_unique<std::string>("made");
}

absl::StatusOr<std::string> Twice(bool first, bool second) {
  ASSIGN_OR_RETURN(std::unique_ptr<std::string> one, Make(first));
  ASSIGN_OR_RETURN(const std::unique_ptr<std::string> two, Make(second));
  return *one + *two;
}

TEST(StatusMacrosTest, ReturnsOnlyErrors) {
  int reached = 0;
  EXPECT_TRUE(Check(true, &reached).ok());
  EXPECT_EQ(reached, 1);
  EXPECT_EQ(Check(false, &reached), absl::NotFoundError("not there"));
  EXPECT_EQ(reached, 1);
}

TEST(StatusMacrosTest, AssignsMoveOnlyValues) {
  EXPECT_EQ(Twice(true, true).value(), "mademade");
  EXPECT_EQ(Twice(false, true).status(), absl::InvalidArgumentError("bad"));
  EXPECT_EQ(Twice(true, false).status(), absl::InvalidArgumentError("bad"));
}

}  // namespace
}  // namespace fastest
