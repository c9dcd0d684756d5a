#include "coordinator/report/live_line.h"

#include <gtest/gtest.h>

#include "coordinator/report/sample_results.h"

namespace fastest::report {
namespace {

v1::TestRef Ref(const std::string& node_id) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  return ref;
}

const Origin kFirst = {"local", "gw0", 1};
const Origin kSecond = {"local", "gw1", 1};

TEST(LiveLineTest, NamesTheTestThatRunsLongest) {
  LiveLine line;
  EXPECT_EQ(line.Text(100, 101), "0:01  0 tests  collecting ...");
  line.Expected(20);
  line.TestStarted(Ref("a.py::slow"), kFirst, 102);
  line.TestStarted(Ref("b.py::quick"), kSecond, 103);
  EXPECT_EQ(line.Text(100, 163.5), "1:03  0/20 tests  61s in a.py::slow");
  line.Result(FailedResult("a.py::slow", "no"), kFirst, true);
  EXPECT_EQ(line.Text(100, 164), "1:04  1/20 tests, 1 failed  61s in b.py::quick");
  line.WorkerLost(kSecond);
  EXPECT_EQ(line.Text(100, 3700), "1:00:00  1/20 tests, 1 failed");
}

TEST(LiveLineTest, ALateResultDoesNotHideTheNextTest) {
  LiveLine line;
  line.TestStarted(Ref("a.py::first"), kFirst, 100);
  line.TestStarted(Ref("a.py::second"), kFirst, 101);
  line.Result(PassedResult("a.py::first"), kFirst, false);
  EXPECT_EQ(line.Text(100, 102), "0:02  1 test  1s in a.py::second");
}

TEST(LiveLineTest, MoreThanExpectedIsNotMoreThanAll) {
  LiveLine line;
  line.Expected(1);
  line.Result(PassedResult("a.py::x"), kFirst, false);
  line.Result(PassedResult("a.py::y"), kFirst, false);
  EXPECT_EQ(line.Text(100, 100), "0:00  2/2 tests");
}

TEST(LiveLineTest, IsDueTenTimesASecond) {
  LiveLine line;
  EXPECT_TRUE(line.Due(100));
  EXPECT_FALSE(line.Due(100.05));
  EXPECT_TRUE(line.Due(100.15));
  // A clock that was set back.
  EXPECT_TRUE(line.Due(50));
}

}  // namespace
}  // namespace fastest::report
