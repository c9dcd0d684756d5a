#include "base/process/frame_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Drain(FrameDecoder* decoder) {
  std::vector<std::string> frames;
  for (auto next = decoder->Next(); next.ok() && next->has_value(); next = decoder->Next()) frames.push_back(**next);
  return frames;
}

TEST(FrameDecoderTest, TakesBytesOneByOne) {
  FrameDecoder decoder;
  std::vector<std::string> frames;
  for (const char byte : EncodeFrame("first") + EncodeFrame(std::string(300, 'x')) + EncodeFrame("last")) {
    decoder.Append(absl::string_view(&byte, 1));
    for (const std::string& frame : Drain(&decoder)) frames.push_back(frame);
  }
  EXPECT_THAT(frames, ElementsAre("first", std::string(300, 'x'), "last"));
  EXPECT_FALSE(decoder.HasPartialFrame());
}

TEST(FrameDecoderTest, TakesManyFramesAtOnceAndKeepsTheRest) {
  FrameDecoder decoder;
  const std::string third = EncodeFrame("third");
  decoder.Append(EncodeFrame("first") + EncodeFrame("second") + third.substr(0, 6));
  EXPECT_THAT(Drain(&decoder), ElementsAre("first", "second"));
  EXPECT_TRUE(decoder.HasPartialFrame());
  decoder.Append(third.substr(6));
  EXPECT_THAT(Drain(&decoder), ElementsAre("third"));
}

TEST(FrameDecoderTest, RefusesLengthsOutOfBounds) {
  FrameDecoder decoder(10);
  decoder.Append(EncodeFrame("0123456789"));
  EXPECT_THAT(Drain(&decoder), ElementsAre("0123456789"));
  decoder.Append(EncodeFrame("0123456789a"));
  EXPECT_TRUE(absl::IsInvalidArgument(decoder.Next().status()));
  decoder.Append(EncodeFrame("fine"));
  EXPECT_TRUE(absl::IsInvalidArgument(decoder.Next().status()));

  FrameDecoder empty;
  empty.Append(std::string(4, '\0'));
  EXPECT_TRUE(absl::IsInvalidArgument(empty.Next().status()));

  FrameDecoder text;
  text.Append("Traceback (most recent call last):\n");
  EXPECT_THAT(std::string(text.Next().status().message()), HasSubstr("bytes was announced"));
}

TEST(FrameDecoderTest, GarbageNeverCrashes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    FrameDecoder decoder(1000);
    size_t taken = 0;
    for (int piece = 0; piece < 20; ++piece) {
      std::string bytes(random() % 40, '\0');
      // Mostly zeros, for small lengths.
      for (char& byte : bytes) byte = random() % 4 == 0 ? static_cast<char>(random()) : '\0';
      decoder.Append(bytes);
      taken += bytes.size();
      size_t given = 0;
      for (const std::string& frame : Drain(&decoder)) given += frame.size();
      EXPECT_LE(given, taken);
    }
  }
}

class FrameChannelTest : public testing::Test {
 protected:
  FrameChannelTest() {
    auto pair = MakeSocketPair();
    EXPECT_TRUE(pair.ok()) << pair.status();
    near_.emplace(std::move(pair->first));
    far_.emplace(std::move(pair->second));
  }

  std::optional<FrameChannel> near_;
  std::optional<FrameChannel> far_;
};

TEST_F(FrameChannelTest, CarriesFramesBothWays) {
  ASSERT_TRUE(near_->Send("ping").ok());
  ASSERT_TRUE(near_->Send("ping again").ok());
  ASSERT_TRUE(far_->Send("pong").ok());
  FrameChannel::Input input;
  ASSERT_TRUE(far_->Receive(&input).ok());
  EXPECT_THAT(input.frames, ElementsAre("ping", "ping again"));
  EXPECT_FALSE(input.closed);
  input = {};
  ASSERT_TRUE(near_->Receive(&input).ok());
  EXPECT_THAT(input.frames, ElementsAre("pong"));
}

TEST_F(FrameChannelTest, KeepsWhatTheSocketDoesNotTake) {
  const std::string large(3 << 20, 'l');
  ASSERT_TRUE(near_->Send(large).ok());
  EXPECT_TRUE(near_->WantsWrite());
  ASSERT_TRUE(near_->Send("small").ok());
  FrameChannel::Input input;
  while (input.frames.size() < 2) {
    ASSERT_TRUE(near_->Flush().ok());
    ASSERT_TRUE(far_->Receive(&input).ok());
  }
  EXPECT_THAT(input.frames, ElementsAre(large, "small"));
  EXPECT_FALSE(near_->WantsWrite());
}

TEST_F(FrameChannelTest, LimitsWhatOneCallReads) {
  const std::string piece(100 << 10, 'p');
  ASSERT_TRUE(near_->Send(piece).ok());
  FrameChannel::Input input;
  ASSERT_TRUE(far_->Receive(&input, 1).ok());
  EXPECT_TRUE(input.frames.empty());
  while (input.frames.empty()) {
    ASSERT_TRUE(near_->Flush().ok());
    ASSERT_TRUE(far_->Receive(&input, 1).ok());
  }
  EXPECT_THAT(input.frames, ElementsAre(piece));
}

TEST_F(FrameChannelTest, PassesDescriptorsWithTheirFrame) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd out(ends[0]);
  std::vector<UniqueFd> fds;
  fds.emplace_back(ends[1]);
  ASSERT_TRUE(near_->Send("take this", std::move(fds)).ok());
  // The sender's copy is closed.
  EXPECT_EQ(fcntl(ends[1], F_GETFD), -1);

  char data[64];
  iovec vector = {data, sizeof(data)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ASSERT_EQ(recvmsg(far_->fd(), &message, 0), 4 + 9);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  ASSERT_NE(header, nullptr);
  int received;
  memcpy(&received, CMSG_DATA(header), sizeof(received));
  UniqueFd in(received);
  ASSERT_EQ(write(in.get(), "x", 1), 1);
  char byte = 0;
  ASSERT_EQ(read(out.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_F(FrameChannelTest, SeesTheEnd) {
  ASSERT_TRUE(near_->Send("last words").ok());
  near_.reset();
  FrameChannel::Input input;
  while (!input.closed) ASSERT_TRUE(far_->Receive(&input).ok());
  EXPECT_THAT(input.frames, ElementsAre("last words"));
  EXPECT_TRUE(absl::IsUnavailable(far_->Send("anybody there?")));
  EXPECT_FALSE(far_->WantsWrite());
}

TEST_F(FrameChannelTest, AnEndWithinAFrameIsAnError) {
  ASSERT_EQ(write(near_->fd(), "\0\0\0\x09half", 8), 8);
  near_.reset();
  FrameChannel::Input input;
  absl::Status status;
  while (!input.closed) status = far_->Receive(&input);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
}

TEST_F(FrameChannelTest, RefusesFramesThatNobodyMayRead) {
  EXPECT_TRUE(absl::IsInvalidArgument(near_->Send("")));
  EXPECT_TRUE(absl::IsInvalidArgument(near_->Send(std::string(kMaxFrameBytes + 1, 'x'))));
  EXPECT_FALSE(near_->WantsWrite());
}

}  // namespace
}  // namespace fastest
