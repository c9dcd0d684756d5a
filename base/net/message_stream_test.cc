#include "base/net/message_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace fastest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// In gRPC's place: keeps what it is asked for.
class FakeReactor {
 public:
  virtual ~FakeReactor() = default;
  virtual void OnReadDone(bool ok) = 0;
  virtual void OnWriteDone(bool ok) = 0;

 protected:
  void StartRead(std::string* message) {
    EXPECT_EQ(reading_, nullptr);
    reading_ = message;
    asked_.push_back("read");
  }
  void StartWrite(const std::string* message) { asked_.push_back("write " + *message); }

  std::vector<std::string> asked_;
  std::string* reading_ = nullptr;
};

class SomeStream final : public MessageStream<FakeReactor, std::string, std::string> {
 public:
  explicit SomeStream(StreamLife life) : MessageStream(life) {}
  SomeStream() : MessageStream(StreamLife::kAccepted) { Open(); }

  void Begin() {
    const bool given_up = Open();
    asked_.push_back("begun");
    if (given_up) CloseAsAsked();
  }
  void BeCancelled() { CloseIfOpen(grpc::Status::CANCELLED); }
  void Come(const std::string& message) {
    *reading_ = message;
    reading_ = nullptr;
    OnReadDone(true);
  }
  void ComeToTheEnd() {
    reading_ = nullptr;
    OnReadDone(false);
  }
  void Done() { Over(grpc::Status::OK); }

  // What gRPC was asked for since the last call, and what the user was told.
  std::vector<std::string> Asked() { return std::exchange(asked_, {}); }

  bool may_read = true;

 private:
  void TryCancel() override { asked_.push_back("cancel"); }
  void EndWrites(const grpc::Status& status) override {
    asked_.push_back("end " + std::to_string(status.error_code()));
  }
  grpc::Status OnMessage(std::string* message) override {
    asked_.push_back("message " + *message);
    return *message == "wrong" ? grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "") : grpc::Status::OK;
  }
  bool MayRead() override { return may_read; }
  void OnWritten(bool ok) override { asked_.push_back(ok ? "written" : "not written"); }
  void OnOver(const grpc::Status& /*status*/) override { asked_.push_back("over"); }
};

TEST(MessageStreamTest, WritesOneAfterTheOther) {
  SomeStream stream;
  stream.Send("a");
  stream.Send("b");
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "write a"));
  stream.OnWriteDone(true);
  EXPECT_THAT(stream.Asked(), ElementsAre("write b", "written"));
  stream.OnWriteDone(true);
  EXPECT_THAT(stream.Asked(), ElementsAre("written"));
}

TEST(MessageStreamTest, EndsInGoodOrderWhenAllIsWritten) {
  SomeStream stream;
  stream.Send("a");
  stream.Send("b");
  stream.Close(grpc::Status::OK);
  stream.Send("too late");
  stream.Close(grpc::Status::CANCELLED);
  stream.OnWriteDone(true);
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "write a", "write b", "written"));
  stream.OnWriteDone(true);
  EXPECT_THAT(stream.Asked(), ElementsAre("end 0", "written"));
  // The other side's last messages are still read: its status comes after them.
  stream.Come("last");
  EXPECT_THAT(stream.Asked(), ElementsAre("message last", "read"));
  stream.ComeToTheEnd();
  stream.Done();
  EXPECT_THAT(stream.Asked(), ElementsAre("over"));
}

TEST(MessageStreamTest, AnotherStatusDropsWhatIsQueuedAndBreaksAWrite) {
  SomeStream stream;
  stream.Send("a");
  stream.Send("b");
  stream.Close(grpc::Status::CANCELLED);
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "write a", "cancel"));
  stream.OnWriteDone(false);
  EXPECT_THAT(stream.Asked(), ElementsAre("end 1", "not written"));

  SomeStream idle;
  idle.Close(grpc::Status(grpc::StatusCode::NOT_FOUND, ""));
  EXPECT_THAT(idle.Asked(), ElementsAre("read", "end 5"));
}

TEST(MessageStreamTest, ABrokenWriteDropsTheRest) {
  SomeStream stream;
  stream.Send("a");
  stream.Send("b");
  stream.OnWriteDone(false);
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "write a", "not written"));
  stream.ComeToTheEnd();
  EXPECT_THAT(stream.Asked(), ElementsAre("end 0"));
}

TEST(MessageStreamTest, TheOtherSidesEndIsTheEnd) {
  SomeStream stream;
  stream.Send("a");
  stream.ComeToTheEnd();
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "write a"));
  stream.OnWriteDone(true);
  EXPECT_THAT(stream.Asked(), ElementsAre("end 0", "written"));
}

TEST(MessageStreamTest, WhatIsNoMessageEndsIt) {
  SomeStream stream;
  stream.Come("wrong");
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "message wrong", "end 3"));
}

TEST(MessageStreamTest, PausesReading) {
  SomeStream stream;
  stream.may_read = false;
  stream.Come("a");
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "message a"));
  EXPECT_TRUE(stream.reading_paused());
  stream.ResumeReading();
  stream.ResumeReading();
  EXPECT_THAT(stream.Asked(), ElementsAre("read"));
  EXPECT_FALSE(stream.reading_paused());
  stream.Come("b");
  stream.Close(grpc::Status::OK);
  EXPECT_THAT(stream.Asked(), ElementsAre("message b", "end 0"));
  // Nobody may start a read now.
  stream.ResumeReading();
  EXPECT_THAT(stream.Asked(), IsEmpty());
}

TEST(MessageStreamTest, CancelBreaksItUntilItIsOver) {
  SomeStream stream;
  stream.Cancel();
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "cancel"));
  stream.ComeToTheEnd();
  stream.Cancel();
  EXPECT_THAT(stream.Asked(), ElementsAre("end 0", "cancel"));
  stream.Done();
  stream.Cancel();
  EXPECT_THAT(stream.Asked(), ElementsAre("over"));
}

TEST(MessageStreamTest, WhatIsClosedBeforeItHasBegunEndsWhenItBegins) {
  SomeStream stream(StreamLife::kDialled);
  stream.Close(grpc::Status::CANCELLED);
  EXPECT_THAT(stream.Asked(), IsEmpty());
  stream.Begin();
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "begun", "end 1"));

  SomeStream accepted(StreamLife::kAccepted);
  accepted.Close(grpc::Status(grpc::StatusCode::UNAVAILABLE, ""));
  EXPECT_THAT(accepted.Asked(), ElementsAre("end 14"));
  // Nothing is read any more.
  accepted.Begin();
  EXPECT_THAT(accepted.Asked(), ElementsAre("begun"));
}

TEST(MessageStreamTest, ACancelledStreamEndsWhenItsOwnerHasBegunIt) {
  SomeStream stream(StreamLife::kAccepted);
  stream.BeCancelled();
  EXPECT_THAT(stream.Asked(), IsEmpty());
  stream.Begin();
  stream.ComeToTheEnd();
  EXPECT_THAT(stream.Asked(), ElementsAre("read", "begun", "end 0"));

  SomeStream begun;
  begun.BeCancelled();
  EXPECT_THAT(begun.Asked(), ElementsAre("read", "end 1"));
}

TEST(MessageStreamDeathTest, ItIsOverOnlyAfterItsEnd) {
  SomeStream stream;
  EXPECT_DEATH(stream.Done(), "StreamLife");
}

}  // namespace
}  // namespace fastest
