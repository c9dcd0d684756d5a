#include "agent/workers/death_report.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::HasSubstr;

class DeathReportTest : public testing::Test {
 protected:
  DeathReportTest() {
    end_.how = "signal SIGSEGV";
    end_.reason = v1::CRASH;
    end_.victim.emplace();
    end_.victim->lease_id = 7;
    end_.victim->ref.set_node_id("tests/test_a.py::TestA::test_x[a::b]");
    end_.victim->since = absl::FromUnixSeconds(100);
    end_.victim->started_at = 50.5;
  }

  v1::TestResult Make() { return MakeDeathResult("gw3", end_, evidence_, absl::FromUnixSeconds(102), 40); }

  WorkerState::End end_;
  Evidence evidence_;
};

TEST_F(DeathReportTest, ACrashLooksLikeAFailureOfTheCall) {
  evidence_.captured_stdout = "almost\nthere";
  evidence_.stderr_tail = "Fatal Python error: Segmentation fault\n";
  const v1::TestResult result = Make();
  EXPECT_EQ(result.lease_id(), 7u);
  EXPECT_EQ(result.ref().node_id(), "tests/test_a.py::TestA::test_x[a::b]");
  EXPECT_EQ(result.outcome(), v1::FAILED);
  EXPECT_EQ(result.reason(), v1::CRASH);
  EXPECT_EQ(result.location_path(), "tests/test_a.py");
  EXPECT_EQ(result.domain(), "TestA.test_x[a::b]");
  EXPECT_EQ(result.death(), "signal SIGSEGV");
  ASSERT_EQ(result.phases_size(), 1);
  const v1::Phase& phase = result.phases(0);
  EXPECT_EQ(phase.when(), "call");
  EXPECT_EQ(phase.category(), "failed");
  EXPECT_EQ(phase.outcome(), "failed");
  EXPECT_EQ(phase.start(), 50.5);
  EXPECT_EQ(phase.duration_s(), 2.0);
  EXPECT_EQ(phase.summary_line(), "tests/test_a.py::TestA::test_x[a::b] - worker crashed: signal SIGSEGV");
  EXPECT_EQ(phase.longrepr(), "worker gw3 crashed while running tests/test_a.py::TestA::test_x[a::b]: signal SIGSEGV");
  EXPECT_EQ(phase.terminal_text(),
            "worker gw3 crashed while running tests/test_a.py::TestA::test_x[a::b]: signal SIGSEGV\n"
            "----------- Captured stdout ------------\n"
            "almost\nthere\n"
            "--------- stderr of worker gw3 ---------\n"
            "Fatal Python error: Segmentation fault\n");
}

TEST_F(DeathReportTest, ATimeoutShowsTheStack) {
  end_.how = "timed out after 10s";
  end_.reason = v1::TIMEOUT;
  evidence_.captured_stderr = "waiting\n";
  evidence_.stderr_tail = "Current thread 0x1 (most recent call first):\n  File \"a.py\", line 3 in test_x\n";
  const v1::TestResult result = Make();
  EXPECT_EQ(result.reason(), v1::TIMEOUT);
  EXPECT_THAT(result.death(), HasSubstr("line 3 in test_x"));
  const v1::Phase& phase = result.phases(0);
  EXPECT_THAT(phase.longrepr(), HasSubstr("was killed while running tests/test_a.py::TestA::test_x[a::b]: timed out"));
  EXPECT_THAT(phase.longrepr(), HasSubstr("line 3 in test_x"));
  EXPECT_THAT(phase.terminal_text(), HasSubstr("Captured stderr"));
  EXPECT_EQ(phase.crash_message(), "timed out after 10s");

  evidence_.stderr_tail = "";
  EXPECT_THAT(Make().phases(0).longrepr(), HasSubstr("no stack"));
}

TEST_F(DeathReportTest, StrangeBytesAndIdsAreNoTrouble) {
  end_.victim->ref.set_node_id("just a name");
  evidence_.captured_stdout = std::string("\xff\x00ok", 4);
  const v1::TestResult result = Make();
  EXPECT_EQ(result.location_path(), "just a name");
  EXPECT_EQ(result.domain(), "");
  EXPECT_EQ(result.phases(0).sections(0).content(), "\\xff\\x00ok");
  std::string wire;
  EXPECT_TRUE(result.SerializeToString(&wire));
}

TEST(ToTextTest, KeepsWhatIsValidAndEscapesTheRest) {
  EXPECT_EQ(ToText("plain\n\t"), "plain\n\t");
  EXPECT_EQ(ToText("é – 😀"), "é – 😀");
  EXPECT_EQ(ToText("\xc3"), "\\xc3");
  EXPECT_EQ(ToText("\xc0\x80"), "\\xc0\\x80");
  EXPECT_EQ(ToText("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(ToText("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(ToText("a\xe2\x82"
                   "b"),
            "a\\xe2\\x82"
            "b");
}

}  // namespace
}  // namespace fastest::agent
