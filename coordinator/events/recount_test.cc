#include "coordinator/events/recount.h"

#include <gtest/gtest.h>

#include "coordinator/report/testing/sample_results.h"
#include "proto/exit_code.h"

namespace fastest::events {
namespace {

v1::TestRef Ref(const std::string& node_id) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  return ref;
}

TEST(RecountTest, ARunCutOffNamesWhatIsMissing) {
  Recount recount;
  recount.Collected("a.py", {Ref("a.py::x"), Ref("a.py::y")}, 0);
  recount.Collected("b.py", {Ref("b.py::x"), Ref("b.py::y"), Ref("b.py::z")}, 0);
  recount.Expected(6, true);
  const results::Origin gw0 = {"agent", "gw0", 1};
  recount.TestStarted(Ref("a.py::x"), gw0, 50);
  recount.Result(report::PassedResult("a.py::x"), gw0);
  recount.Result(report::FailedResult("a.py::y", "no"), gw0);
  recount.Result(report::PassedResult("b.py::x"), gw0);
  recount.Result(report::PassedResult("b.py::x"), gw0);
  recount.TestStarted(Ref("b.py::y"), gw0, 60);

  const results::RunSummary summary = recount.CutOff();
  EXPECT_EQ(summary.exit_code, kNotRun);
  EXPECT_EQ(summary.counts.at("passed"), 2);
  EXPECT_EQ(summary.counts.at("failed"), 1);
  EXPECT_EQ(summary.finished_at, 60);
  EXPECT_TRUE(summary.books.balanced);
  EXPECT_EQ(summary.books.collected, 6);
  EXPECT_EQ(summary.books.reported, 3);
  ASSERT_EQ(summary.books.not_run.size(), 3u);
  EXPECT_EQ(summary.books.not_run[0].ref.node_id(), "b.py::y");
  EXPECT_EQ(summary.books.not_run[0].reason, "it had been begun by agent gw0 when the events ended");
  EXPECT_EQ(summary.books.not_run[1].ref.node_id(), "b.py::z");
  EXPECT_EQ(summary.books.not_run[1].module, "b.py");
  EXPECT_EQ(summary.books.not_run[1].reason, "it had no result when the events ended");
  // One more was expected, and has no name.
  EXPECT_EQ(summary.books.not_run[2].tests, 1);
  EXPECT_EQ(summary.books.CountNotRun().Text(), "3 tests");
}

TEST(RecountTest, FlakyTestsAndWarningsCountAsInTheRun) {
  Recount recount;
  recount.Result(report::PassedResult("a.py::x"), {"agent", "gw0", 2});
  recount.Result(report::FailedResult("a.py::y", "no"), {"agent", "gw0", 2});
  recount.Warning({});
  const results::RunSummary summary = recount.CutOff();
  EXPECT_EQ(summary.counts.at("flaky"), 1);
  EXPECT_EQ(summary.counts.at("warnings"), 1);
}

}  // namespace
}  // namespace fastest::events
