#include "coordinator/request/value_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::ElementsAre;

constexpr Range kFew = {1, 9, "a number from 1 to 9"};

class ValueReaderTest : public RequestFixture {
 protected:
  // Of the last call: the reader only looks at the line.
  ValueReader Reader(const std::vector<std::string>& args) {
    line_ = Typed(args);
    return {line_, invocation_};
  }

  options::CommandLine line_;
};

TEST_F(ValueReaderTest, Numbers) {
  EXPECT_EQ(Must(Reader({}).Number("--retries", 7, kFew)), 7);
  EXPECT_EQ(Must(Reader({"--retries=9"}).Number("--retries", 7, kFew)), 9);
  for (const char* wrong : {"0", "10", "x", "1.5", ""}) {
    EXPECT_EQ(ErrorOf(Reader({"--retries", wrong}).Number("--retries", 7, kFew)),
              std::string("--retries ") + wrong + ": a number from 1 to 9 is needed");
  }
}

TEST_F(ValueReaderTest, Seconds) {
  EXPECT_EQ(Must(Reader({}).Seconds("--lease", 20)), 20);
  EXPECT_EQ(Must(Reader({"--lease=0.5"}).Seconds("--lease", 20)), 0.5);
  for (const char* wrong : {"-1", "soon", "nan"}) {
    EXPECT_EQ(ErrorOf(Reader({std::string("--lease=") + wrong}).Seconds("--lease")),
              std::string("--lease ") + wrong + ": a number of seconds is needed (0: no limit)");
  }
}

TEST_F(ValueReaderTest, ChoicesAreListedInTheError) {
  EXPECT_EQ(Must(Reader({}).Choice("--progress", {"live", "plain", "none"})), "live");
  EXPECT_EQ(Must(Reader({"--progress=none"}).Choice("--progress", {"live", "plain", "none"})), "none");
  EXPECT_EQ(ErrorOf(Reader({"--progress=x"}).Choice("--progress", {"live", "plain", "none"})),
            "--progress x: there are 'live', 'plain' and 'none'");
  EXPECT_EQ(ErrorOf(Reader({"--progress", ""}).Choice("--progress", {"live", "none"})),
            "--progress : there are 'live' and 'none'");
}

TEST_F(ValueReaderTest, AFlagThatMayHaveAWord) {
  EXPECT_EQ(Must(Reader({}).FlagOrWord("--warm", "stop")), std::nullopt);
  EXPECT_EQ(Must(Reader({"--warm"}).FlagOrWord("--warm", "stop")), "");
  EXPECT_EQ(Must(Reader({"--warm=stop"}).FlagOrWord("--warm", "stop")), "stop");
  EXPECT_EQ(ErrorOf(Reader({"--warm=off"}).FlagOrWord("--warm", "stop")),
            "--warm=off: there are '--warm' and '--warm=stop'");
}

TEST_F(ValueReaderTest, PathsAreAbsolute) {
  EXPECT_EQ(Reader({}).Path("--report-html"), "");
  EXPECT_EQ(Reader({"--report-html=a.html"}).Path("--report-html"), "/home/u/project/a.html");
  EXPECT_THAT(Reader({"--rerun-from=~/a", "--rerun-from", "/b"}).Paths("--rerun-from"), ElementsAre("/home/u/a", "/b"));
}

TEST_F(ValueReaderTest, APortFileNeedsItsListener) {
  EXPECT_EQ(Must(Reader({}).PortFile("--port-file", "--listen")), "");
  EXPECT_EQ(Must(Reader({"--port-file=p", "--listen=a:0"}).PortFile("--port-file", "--listen")), "/home/u/project/p");
  EXPECT_EQ(ErrorOf(Reader({"--port-file=p"}).PortFile("--port-file", "--listen")),
            "--port-file is for --listen: give both");
}

TEST_F(ValueReaderTest, AnErrorShowsWhereTheValueStands) {
  Reader({});
  line_.values["--retries"] = {"many"};
  line_.origins["--retries"] = "FASTEST_RETRIES=many";
  EXPECT_EQ(ErrorOf(ValueReader(line_, invocation_).Number("--retries", 0, kFew)),
            "FASTEST_RETRIES=many: a number from 1 to 9 is needed");
}

}  // namespace
}  // namespace fastest::request
