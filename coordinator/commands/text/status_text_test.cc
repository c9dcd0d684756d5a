#include "coordinator/commands/text/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fastest::commands {
namespace {

using agents::AgentAnswer;

AgentAnswer Answer(const std::string& address, const std::string& name) {
  AgentAnswer answer;
  answer.address = address;
  v1::AgentStatus& status = answer.status;
  status.set_name(name);
  status.set_version("1.2.3");
  status.set_slots(4);
  status.set_started_at(1000);
  status.set_now(1000 + 3 * 3600 + 125);
  (*status.mutable_results())["passed"] = 40;
  (*status.mutable_results())["failed"] = 2;
  status.set_load(0.5);
  status.set_memory_available(uint64_t{3} << 29);
  return answer;
}

AgentAnswer Silent(const std::string& address) {
  AgentAnswer answer;
  answer.address = address;
  answer.error = absl::UnavailableError("Connection refused");
  return answer;
}

TEST(StatusTextTest, Table) {
  AgentAnswer busy = Answer("h:2", "long-name");
  busy.status.add_runs()->set_workers(3);
  busy.status.set_workers_died(7);
  AgentAnswer ending = busy;
  ending.status.set_draining(true);
  EXPECT_EQ(StatusTable({Answer("h:1", "a"), busy, ending, Silent("gone:1")}),
            "AGENT      ADDRESS  STATE   VERSION  SLOTS  RUNS  WORKERS  RESULTS  DIED  LOAD  MEMORY   DISK  UP\n"
            "a          h:1      ready   1.2.3    4      0     0        42       0     0.50  1.5 GiB  -     3h 2m\n"
            "long-name  h:2      busy    1.2.3    4      1     3        42       7     0.50  1.5 GiB  -     3h 2m\n"
            "long-name  h:2      ending  1.2.3    4      1     3        42       7     0.50  1.5 GiB  -     3h 2m\n"
            "gone:1: no answer: Connection refused\n");
  EXPECT_EQ(StatusTable({Silent("gone:1")}), "gone:1: no answer: Connection refused\n");
}

TEST(StatusTextTest, Json) {
  AgentAnswer answer = Answer("h:1", "a");
  v1::AgentStatus::Run* const run = answer.status.add_runs();
  run->set_run_id("r");
  run->set_workers(2);
  const auto json = nlohmann::json::parse(StatusJson({answer, Silent("gone:1")}));
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["address"], "h:1");
  EXPECT_EQ(json[0]["results"]["passed"], 40);
  EXPECT_EQ(json[0]["runs"][0]["run_id"], "r");
  EXPECT_EQ(json[0]["draining"], false);
  EXPECT_EQ(json[1]["error"], "Connection refused");
  EXPECT_EQ(json[1].count("name"), 0u);
}

}  // namespace
}  // namespace fastest::commands
