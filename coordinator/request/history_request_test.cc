#include "coordinator/request/history_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HistoryRequestTest : public RequestFixture {
 protected:
  absl::StatusOr<HistoryRequest> Read(const std::vector<std::string>& args) const {
    return ReadHistoryRequest(Typed(args), project_, invocation_);
  }
};

TEST_F(HistoryRequestTest, ByDefaultItIsTheUsersCache) {
  const HistoryRequest history = Must(Read({}));
  EXPECT_EQ(history.store, "/home/u/.cache/fastest/history.sqlite");
  EXPECT_EQ(history.project, "/home/u/project");
  EXPECT_FALSE(history.label_failures);
  environment_.clear();
  EXPECT_EQ(Must(Read({})).store, "");
  environment_["XDG_CACHE_HOME"] = "/var/c";
  EXPECT_THAT(Must(Read({})).store, EndsWith("/var/c/fastest/history.sqlite"));
}

TEST_F(HistoryRequestTest, AStoreThatIsNamedIsTheProjectsOwn) {
  const HistoryRequest history = Must(Read({"--history=h.sqlite"}));
  EXPECT_EQ(history.store, "/home/u/project/h.sqlite");
  EXPECT_EQ(history.project, "");
  EXPECT_TRUE(history.label_failures);
  EXPECT_TRUE(Must(Read({"--history-base=b"})).label_failures);
  EXPECT_EQ(Must(Read({"--history", ""})).store, "");
}

TEST_F(HistoryRequestTest, AStoreMayBeAnAddress) {
  EXPECT_EQ(Must(Read({"--history", "s3://bucket/x"})).store, "s3://bucket/x");
  EXPECT_EQ(Must(Read({"--history-base", "https://host/x"})).base, "https://host/x");
  EXPECT_THAT(ErrorOf(Read({"--history", "https://me:hush@host/x"})),
              AllOf(StartsWith("--history: https://"), HasSubstr("FASTEST_HISTORY_TOKEN"), Not(HasSubstr("hush"))));
}

TEST_F(HistoryRequestTest, WhatIsDoneWithItInPlaceOfARun) {
  const HistoryRequest history = Must(Read({"--history-import=a", "--history-import=/b", "--history-compact"}));
  EXPECT_THAT(history.imports, ElementsAre("/home/u/project/a", "/b"));
  EXPECT_TRUE(history.compact);
}

}  // namespace
}  // namespace fastest::request
