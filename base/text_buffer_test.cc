#include "base/text_buffer.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(TextBufferTest, HoldsAllThatWasAddedHoweverItGrew) {
  TextBuffer buffer;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece(static_cast<size_t>(i % 7), static_cast<char>('a' + i % 26));
    buffer.Add(piece);
    buffer.Add(',');
    buffer.AddCount(i);
    expected += piece + "," + std::to_string(i);
  }
  buffer.Add(std::string(100'000, 'x'));
  expected += std::string(100'000, 'x');
  EXPECT_EQ(buffer.text(), expected);
  EXPECT_EQ(buffer.size(), expected.size());
}

TEST(TextBufferTest, ClearedItIsEmptyAndGoesOn) {
  TextBuffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.text(), "");
  buffer.Add("gone");
  buffer.Clear();
  EXPECT_TRUE(buffer.empty());
  buffer.AddCount(std::numeric_limits<int64_t>::min());
  buffer.Add(std::string_view());
  EXPECT_EQ(buffer.text(), "-9223372036854775808");
}

TEST(TextBufferTest, DigitsHaveZerosInFrontAndLoseThoseBehind) {
  TextBuffer buffer;
  buffer.AddDigits<3>(7);
  buffer.AddDigits<2>(1295);
  buffer.AddDigits<1>(31);
  EXPECT_EQ(buffer.text(), "007951");
  buffer.AddDigits<6>(12000);
  EXPECT_EQ(buffer.text(), "007951012000");
  buffer.DropZeros(11);
  EXPECT_EQ(buffer.text(), "00795101200");
  buffer.DropZeros(0);
  EXPECT_EQ(buffer.text(), "007951012");
}

TEST(TextBufferTest, RoomIsWrittenDirectly) {
  TextBuffer buffer;
  buffer.Add("a");
  char* const room = buffer.Room(5000);
  room[4999] = '!';
  room[0] = 'b';
  buffer.Took(1);
  EXPECT_EQ(buffer.text(), "ab");
}

}  // namespace
}  // namespace fastest
