#include "agent/record/agent_record.h"

#include <gtest/gtest.h>

#include <string>

#include "base/version.h"

namespace fastest::agent {
namespace {

class FakeClock final : public Clock {
 public:
  absl::Time Now() override { return now; }
  absl::Time now = absl::FromUnixSeconds(1000);
};

v1::AgentMessage::Event Results(std::initializer_list<v1::Outcome> outcomes) {
  v1::AgentMessage::Event event;
  for (const v1::Outcome outcome : outcomes) {
    event.mutable_from_worker()->mutable_message()->mutable_progress()->add_results()->set_outcome(outcome);
  }
  return event;
}

v1::AgentMessage::Event Gone(bool orderly) {
  v1::AgentMessage::Event event;
  event.mutable_worker_gone()->set_orderly(orderly);
  return event;
}

TEST(AgentRecordTest, SaysWhoItIsAndWhatItDoes) {
  FakeClock clock;
  v1::AgentMessage::Hello hello;
  hello.set_name("one");
  hello.set_hostname("host");
  hello.set_slots(4);
  (*hello.mutable_labels())["zone"] = "a";
  AgentRecord record(hello, "/", &clock);
  clock.now += absl::Seconds(5);
  record.RunBegan("r1");
  record.RunBegan("r2");
  record.WorkerStarted("r1");
  record.WorkerStarted("r1");
  record.WorkerStarted("r2");
  record.Saw("r1", Results({v1::PASSED, v1::PASSED, v1::FAILED}));
  v1::AgentMessage::Event in_short;
  in_short.mutable_from_worker()->mutable_message()->mutable_progress()->add_passed();
  record.Saw("r1", in_short);
  record.Saw("r2", Results({v1::SKIPPED, v1::OUTCOME_UNSPECIFIED}));
  record.Saw("r1", Gone(false));
  clock.now += absl::Seconds(5);
  v1::AgentStatus status = record.Status();
  EXPECT_EQ(status.name(), "one");
  EXPECT_EQ(status.hostname(), "host");
  EXPECT_EQ(status.labels().at("zone"), "a");
  EXPECT_EQ(status.version(), kVersion);
  EXPECT_EQ(status.slots(), 4u);
  EXPECT_EQ(status.started_at(), 1000);
  EXPECT_EQ(status.now(), 1010);
  ASSERT_EQ(status.runs_size(), 2);
  EXPECT_EQ(status.runs(0).run_id(), "r1");
  EXPECT_EQ(status.runs(0).started_at(), 1005);
  EXPECT_EQ(status.runs(0).workers(), 1u);
  EXPECT_EQ(status.runs(0).results(), 4u);
  EXPECT_EQ(status.runs(1).workers(), 1u);
  EXPECT_EQ(status.results().at("passed"), 3u);
  EXPECT_EQ(status.results().at("failed"), 1u);
  EXPECT_EQ(status.results().at("skipped"), 1u);
  EXPECT_EQ(status.results().at("error"), 1u);
  EXPECT_EQ(status.runs_begun(), 2u);
  EXPECT_EQ(status.workers_started(), 3u);
  EXPECT_EQ(status.workers_died(), 1u);
  EXPECT_FALSE(status.draining());
  EXPECT_GT(status.memory_available(), 0u);
  EXPECT_GT(status.disk_available(), 0u);

  record.Saw("r1", Gone(true));
  record.Saw("r2", Gone(false), /*wanted=*/true);
  record.RunEnded("r1");
  record.Draining();
  status = record.Status();
  ASSERT_EQ(status.runs_size(), 1);
  EXPECT_EQ(status.runs(0).run_id(), "r2");
  EXPECT_EQ(status.workers_died(), 1u);
  EXPECT_TRUE(status.draining());
}

}  // namespace
}  // namespace fastest::agent
