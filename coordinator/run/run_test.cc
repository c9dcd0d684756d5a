#include "coordinator/run/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fastest::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a run told its reporters, kept for the tests to look at after the run.
struct Record {
  int slots = 0;
  std::vector<std::string> results;
  std::vector<std::string> collects;
  std::vector<std::string> lost;
  std::vector<std::string> warnings;
  std::vector<std::string> output;
  std::map<std::string, int> module_expected;
  int expected = -1;
  int deselected = -1;
  int finished = 0;
  results::RunSummary summary;
};

class RecordingReporter final : public report::Reporter {
 public:
  explicit RecordingReporter(Record& record) : record_(record) {}
  void Expected(int tests, bool exact) override {
    if (exact) record_.expected = tests;
  }
  void RunStarted(const results::RunStart& run) override { record_.slots = run.slots; }
  void Deselected(int tests) override { record_.deselected = tests; }
  void ModuleExpected(const std::string& module, int tests) override { record_.module_expected[module] = tests; }
  void WorkerLost(const results::Origin& origin, const std::string& how) override {
    record_.lost.push_back(origin.worker + " " + how);
  }
  void Result(const v1::TestResult& result, const results::Origin&) override {
    record_.results.push_back(result.ref().node_id());
  }
  void Collect(const v1::CollectReport& report) override { record_.collects.push_back(report.node_id()); }
  void Output(const v1::WorkerMessage::Output& output, const results::Origin&) override {
    record_.output.push_back(output.data());
  }
  void Warning(const v1::RecordedWarning& warning) override { record_.warnings.push_back(warning.message()); }
  bool Finished(const results::RunSummary& summary) override {
    ++record_.finished;
    record_.summary = summary;
    return true;
  }

 private:
  Record& record_;
};

v1::WorkerMessage InShort(uint64_t lease_id, uint32_t position) {
  v1::WorkerMessage message;
  v1::WorkerMessage::Passed* passed = message.mutable_progress()->add_passed();
  passed->set_lease_id(lease_id);
  passed->set_position(position);
  return message;
}

// Stands for the agent: keeps what it is told, and says what the test has it say.
// testing::Test has a Run of its own.
using RunUnderTest = ::fastest::run::Run;

class RunTest : public testing::Test, public AgentPort {
 protected:
  void Send(int agent, const v1::CoordinatorMessage& message) override {
    if (message.has_end_run()) ended_agents_.push_back(agent);
    if (message.has_start_run()) {
      for (const auto& worker : message.start_run().workers()) workers_[worker.slot()] = worker.worker_id();
      spec_ = message.start_run().spec();
    }
    if (message.has_start_worker()) workers_[message.start_worker().slot()] = message.start_worker().worker_id();
    if (message.has_grant()) leases_[message.grant().slot()].push_back(message.grant().lease());
    if (message.has_finish_slot()) finished_slots_.push_back(message.finish_slot().slot());
    if (message.tell_control().has_conclude()) conclusions_.push_back(message.tell_control());
    if (message.tell_control().has_node()) nodes_[message.tell_control().slot()] = message.tell_control().node().node();
    for (const auto& told : message.tell_control().replay().told())
      replayed_.push_back(told.worker_id() + " " + told.test());
    if (message.has_stop_run()) stops_.push_back(message.stop_run());
  }

  void Start(int slots, const discovery::Discovery& discovery = {}) {
    RunOptions options;
    options.run_id = "r1";
    options.slots = slots;
    options.patience.lease_s = lease_s_;
    options.patience.deadline = policy::Deadline(deadline_s_);
    options.control_option = control_option_;
    options.patience.max_worker_restart = max_worker_restart_;
    options.sequence = sequence_;
    options.constant_modules = constant_;
    RunUnderTest::Dependencies dependencies;
    dependencies.agents = this;
    dependencies.reporters.push_back(std::make_unique<RecordingReporter>(record_));
    dependencies.show = [this](v1::WorkerMessage::Output::Stream, const std::string& text) { shown_ += text; };
    dependencies.now = [this] { return now_; };
    run_ = std::make_unique<RunUnderTest>(options, Estimates(discovery, {}), std::move(dependencies));
    v1::AgentMessage::Hello hello;
    hello.set_name("local");
    hello.set_slots(slots);
    run_->AgentJoined(0, hello);
  }

  void Say(uint32_t slot, const v1::WorkerMessage& message) {
    v1::AgentMessage::Event event;
    event.mutable_from_worker()->set_slot(slot);
    event.mutable_from_worker()->set_worker_id(workers_[slot]);
    *event.mutable_from_worker()->mutable_message() = message;
    run_->AgentSaid(0, std::move(event));
  }

  void Ready(uint32_t slot, const std::vector<std::string>& modules, int errors = 0, const std::string& maxfail = "0",
             const std::string& digest = "d") {
    v1::WorkerMessage message;
    auto* ready = message.mutable_ready();
    for (const std::string& module : left_out_) ready->mutable_collection()->add_native(module);
    ready->mutable_collection()->set_mode(v1::BY_MODULE);
    ready->mutable_collection()->set_digest(digest);
    ready->mutable_collection()->set_errors(errors);
    for (const std::string& module : modules) ready->mutable_collection()->add_modules(module);
    (*ready->mutable_options())["maxfail"] = maxfail;
    if (live_) (*ready->mutable_options())["live"] = "true";
    ready->set_listener(listener_);
    Say(slot, message);
  }

  void Collected(uint32_t slot, const v1::Lease& lease, const std::vector<std::string>& ids, int deselected = 0) {
    v1::WorkerMessage message;
    auto* collected = message.mutable_collected();
    collected->set_lease_id(lease.id());
    for (const std::string& id : ids) collected->add_tests()->set_node_id(id);
    collected->set_module_selected(ids.size());
    collected->set_module_deselected(deselected);
    collected->set_module_digest("m");
    Say(slot, message);
  }

  void Result(uint32_t slot, const v1::Lease& lease, const std::string& id, v1::Outcome outcome = v1::PASSED) {
    v1::WorkerMessage message;
    v1::TestResult* result = message.mutable_progress()->add_results();
    result->set_lease_id(lease.id());
    result->mutable_ref()->set_node_id(id);
    result->set_outcome(outcome);
    if (!listener_.empty()) result->set_serialized(id);
    v1::Phase* phase = result->add_phases();
    phase->set_when("call");
    phase->set_outcome(outcome == v1::PASSED ? "passed" : "failed");
    phase->set_category(phase->outcome());
    phase->set_duration_s(0.5);
    Say(slot, message);
  }

  void Begin(uint32_t slot, const v1::Lease& lease, const std::string& id) {
    v1::WorkerMessage message;
    message.mutable_progress()->set_started_lease_id(lease.id());
    message.mutable_progress()->mutable_started()->set_node_id(id);
    Say(slot, message);
  }

  // The worker's session ends with an internal error.
  void Break(uint32_t slot, const std::string& text, bool gone = true) {
    v1::WorkerMessage message;
    message.mutable_failure()->set_exit_status(3);
    message.mutable_failure()->set_message(text);
    Say(slot, message);
    if (gone) Gone(slot, true);
  }

  void LeaseDone(uint32_t slot, const v1::Lease& lease) {
    v1::WorkerMessage message;
    message.mutable_lease_done()->set_lease_id(lease.id());
    Say(slot, message);
  }

  // Runs all of a lease.
  void RunLease(uint32_t slot, const v1::Lease& lease, const std::vector<std::string>& ids) {
    Collected(slot, lease, ids);
    for (const std::string& id : ids) Result(slot, lease, id);
    LeaseDone(slot, lease);
  }

  void Gone(uint32_t slot, bool orderly, const std::string& how = "") {
    v1::AgentMessage::Event event;
    event.mutable_worker_gone()->set_slot(slot);
    event.mutable_worker_gone()->set_worker_id(workers_[slot]);
    event.mutable_worker_gone()->set_orderly(orderly);
    event.mutable_worker_gone()->set_how(how);
    run_->AgentSaid(0, std::move(event));
  }

  void End(uint32_t slot, int exit_status = 0, const std::string& stop_reason = "") {
    v1::WorkerMessage message;
    message.mutable_ended()->set_exit_status(exit_status);
    message.mutable_ended()->set_stop_reason(stop_reason);
    Say(slot, message);
    Gone(slot, true);
  }

  std::unique_ptr<RunUnderTest> run_;
  Record record_;
  std::map<uint32_t, std::string> workers_;
  std::map<uint32_t, std::vector<v1::Lease>> leases_;
  std::vector<uint32_t> finished_slots_;
  std::vector<v1::CoordinatorMessage::StopRun> stops_;
  std::vector<v1::CoordinatorMessage::TellControl> conclusions_;
  std::vector<std::string> replayed_;
  std::string listener_;
  v1::RunSpec spec_;
  std::string control_option_;
  // What workers were given that had waited, by slot.
  std::map<uint32_t, std::string> nodes_;
  std::optional<int> max_worker_restart_;
  std::optional<isolation::Sequence> sequence_;
  std::map<std::string, constant_tests::Module> constant_;
  // Those of them that workers have not imported.
  std::vector<std::string> left_out_;
  std::string shown_;
  double now_ = 1000;
  double lease_s_ = 0;
  double deadline_s_ = 0;
  bool live_ = false;
  std::vector<int> ended_agents_;
};

TEST_F(RunTest, AControlSessionIsAwaitedAtTheStartAndHasTheLastWord) {
  control_option_ = "--cov";
  Start(1);
  EXPECT_TRUE(spec_.control());
  EXPECT_THAT(workers_, ElementsAre(testing::Pair(0, "gw0"), testing::Pair(1, "control")));
  Ready(0, {"a.py"});
  // It clears away what a worker may write with its first test.
  EXPECT_THAT(leases_, testing::IsEmpty());
  Ready(1, {});
  ASSERT_EQ(leases_[0].size(), 1u);
  RunLease(0, leases_[0][0], {"a.py::t"});
  EXPECT_THAT(conclusions_, testing::IsEmpty());
  End(0);
  EXPECT_FALSE(run_->Done());
  ASSERT_EQ(conclusions_.size(), 1u);
  EXPECT_EQ(conclusions_[0].slot(), 1u);
  EXPECT_EQ(conclusions_[0].conclude().workers_size(), 1);
  EXPECT_EQ(conclusions_[0].conclude().tests_collected(), 1u);
  v1::WorkerMessage ended;
  ended.mutable_ended()->set_exit_status(1);
  Say(1, ended);
  EXPECT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 1);
}

TEST_F(RunTest, AControlSessionThatDiesLeavesTheResults) {
  control_option_ = "--cov";
  Start(1);
  Ready(0, {"a.py"});
  Gone(1, false, "signal SIGKILL");
  ASSERT_EQ(leases_[0].size(), 1u);
  RunLease(0, leases_[0][0], {"a.py::t"});
  End(0);
  EXPECT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 3);
  EXPECT_THAT(record_.results, ElementsAre("a.py::t"));
}

TEST_F(RunTest, WorkersWaitForWhatAControlSessionPrepares) {
  Start(2);
  v1::WorkerMessage awaits;
  awaits.mutable_awaits_controller()->set_reason("conftest.py speaks of workerinput");
  Say(0, awaits);
  Say(1, awaits);
  EXPECT_EQ(workers_[2], "control");
  v1::WorkerMessage configured;
  for (const char* worker_id : {"gw0", "gw1"}) {
    configured.mutable_node_configured()->set_worker_id(worker_id);
    configured.mutable_node_configured()->set_node(worker_id);
    Say(2, configured);
  }
  EXPECT_THAT(nodes_, testing::IsEmpty());
  listener_ = "conftest.py implements pytest_terminal_summary";
  Ready(2, {});
  EXPECT_THAT(nodes_, ElementsAre(testing::Pair(0, "gw0"), testing::Pair(1, "gw1")));
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  RunLease(0, leases_[0].at(0), {"a.py::t"});
  RunLease(1, leases_[1].at(0), {"b.py::t"});
  End(0);
  End(1);
  EXPECT_THAT(replayed_, testing::UnorderedElementsAre("gw0 ", "gw1 ", "gw0 a.py::t", "gw1 b.py::t"));
}

TEST_F(RunTest, AControllerThatFailsBeforeTheWorkersBeginIsTheRunsEnd) {
  Start(2);
  v1::WorkerMessage message;
  message.mutable_awaits_controller()->set_reason("conftest.py speaks of workerinput");
  Say(0, message);
  message.mutable_failure()->set_exit_status(4);
  message.mutable_failure()->set_message("ERROR: no database");
  Say(2, message);
  EXPECT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 4);
  EXPECT_EQ(run_->error(), "ERROR: no database");
}

TEST_F(RunTest, WhatTestsMightChangeIsCollectedByAllWorkersBeforeTheFirstTest) {
  live_ = true;
  Start(3);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  EXPECT_THAT(leases_, testing::IsEmpty());
  Gone(2, false, "signal SIGKILL");
  EXPECT_FALSE(leases_[0].empty());
  EXPECT_FALSE(leases_[1].empty());
}

TEST_F(RunTest, AWorkerThatCollectsForEverHoldsNobodyUp) {
  for (const auto& [lease_s, limit_s] : std::map<double, double>{{0, 60}, {20, 5}}) {
    SCOPED_TRACE(lease_s);
    leases_.clear();
    lease_s_ = lease_s;
    live_ = true;
    Start(2);
    Ready(0, {"a.py", "b.py"});
    now_ += limit_s - 1;
    run_->Tick();
    EXPECT_THAT(leases_, testing::IsEmpty());
    now_ += 2;
    run_->Tick();
    EXPECT_FALSE(leases_[0].empty());
  }
}

TEST_F(RunTest, AnInterruptAsksWorkersFirstAndKillsThoseThatDoNotEnd) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  run_->Interrupt();
  // It is called again and again.
  run_->Interrupt();
  ASSERT_EQ(stops_.size(), 1u);
  EXPECT_TRUE(stops_[0].interrupt());
  EXPECT_FALSE(stops_[0].now());
  EXPECT_EQ(stops_[0].reason(), "KeyboardInterrupt");
  Gone(0, true, "");
  now_ += 4.9;
  run_->Tick();
  EXPECT_EQ(stops_.size(), 1u);
  EXPECT_FALSE(run_->Done());
  now_ += 0.2;
  run_->Tick();
  ASSERT_EQ(stops_.size(), 2u);
  EXPECT_TRUE(stops_[1].now());
  Gone(1, false, "signal SIGKILL");
  EXPECT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 2);
}

TEST_F(RunTest, WhoListensIsToldOfEveryTestBeforeTheEnd) {
  listener_ = "conftest.py implements pytest_terminal_summary";
  Start(2);
  EXPECT_FALSE(spec_.control());
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  EXPECT_EQ(workers_[2], "control");
  // Tests do not wait for it.
  ASSERT_FALSE(leases_[0].empty());
  RunLease(0, leases_[0][0], {"a.py::t"});
  RunLease(1, leases_[1][0], {"b.py::t"});
  EXPECT_THAT(replayed_, testing::IsEmpty());
  End(0);
  End(1);
  EXPECT_FALSE(run_->Done());
  Ready(2, {});
  EXPECT_THAT(replayed_, testing::UnorderedElementsAre("gw0 a.py::t", "gw1 b.py::t"));
  ASSERT_EQ(conclusions_.size(), 1u);
  EXPECT_EQ(conclusions_[0].conclude().workers_size(), 2);
  v1::WorkerMessage ended;
  ended.mutable_ended()->set_exit_status(7);
  ended.mutable_ended()->set_terminal_summary("told");
  Say(2, ended);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 7);
  EXPECT_EQ(record_.summary.plugin_summary, "told");
}

TEST_F(RunTest, TwoModulesOnTwoSlots) {
  Start(2);
  EXPECT_TRUE(spec_.xdist_worker());
  EXPECT_THAT(workers_, ElementsAre(testing::Pair(0, "gw0"), testing::Pair(1, "gw1")));
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  std::map<std::string, std::vector<std::string>> tests = {{"a.py", {"a.py::t1", "a.py::t2"}}, {"b.py", {"b.py::t"}}};
  for (const auto& [slot, leases] : std::map(leases_)) {
    for (const v1::Lease& lease : leases) RunLease(slot, lease, tests[lease.batch().module()]);
  }
  EXPECT_THAT(record_.results, testing::UnorderedElementsAre("a.py::t1", "a.py::t2", "b.py::t"));
  EXPECT_EQ(record_.expected, 3);
  EXPECT_FALSE(run_->Done());
  EXPECT_THAT(finished_slots_, testing::UnorderedElementsAre(0u, 1u));
  now_ += 3;
  End(0);
  End(1);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 0);
  EXPECT_EQ(record_.finished, 1);
  EXPECT_TRUE(record_.summary.books.balanced);
  EXPECT_EQ(record_.summary.counts.at("passed"), 3);
  EXPECT_EQ(record_.summary.duration_s, 3);
  EXPECT_EQ(run_->TakeMeasured().tests.size(), 3u);
}

TEST_F(RunTest, WhatIsDecidedHereNeedsNoLease) {
  constant_["a.py"].tests = {{"test_a", 3, 0.25}, {"TestB::test_b", 7, 0.5}};
  left_out_ = {"a.py"};
  Start(2);
  ASSERT_EQ(spec_.native_modules_size(), 1);
  EXPECT_EQ(spec_.native_modules(0).node_id(), "a.py");
  Ready(0, {"a.py", "b.py"});
  EXPECT_THAT(record_.results, ElementsAre("a.py::test_a", "a.py::TestB::test_b"));
  EXPECT_EQ(record_.module_expected["a.py"], 2);
  Ready(1, {"a.py", "b.py"});
  ASSERT_EQ(leases_[0].size() + leases_[1].size(), 1u);
  const uint32_t slot = leases_[0].empty() ? 1 : 0;
  EXPECT_EQ(leases_[slot][0].batch().module(), "b.py");
  RunLease(slot, leases_[slot][0], {"b.py::t"});
  EXPECT_EQ(record_.expected, 3);
  End(0);
  End(1);
  EXPECT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 0);
  EXPECT_EQ(record_.summary.counts.at("passed"), 3);
  EXPECT_THAT(record_.summary.module_order, ElementsAre("a.py", "b.py"));
  EXPECT_TRUE(record_.summary.books.balanced);
}

TEST_F(RunTest, ARunOfNothingButWhatIsDecidedHereEnds) {
  constant_["a.py"].tests = {{"test_a", 3, 0.25}};
  left_out_ = {"a.py"};
  Start(2);
  Ready(0, {"a.py"});
  Ready(1, {"a.py"});
  EXPECT_EQ(record_.expected, 1);
  EXPECT_THAT(leases_[0], IsEmpty());
  End(0);
  End(1);
  EXPECT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 0);
  EXPECT_EQ(record_.summary.counts.at("passed"), 1);
}

TEST_F(RunTest, WhatIsDecidedHereCountsOnlyWhereWorkersHaveLeftItOut) {
  constant_["a.py"].tests = {{"test_a", 3, 0.25}};
  Start(2);
  Ready(0, {"a.py"});
  EXPECT_THAT(record_.results, IsEmpty());
  ASSERT_EQ(leases_[0].size(), 1u);
  RunLease(0, leases_[0][0], {"a.py::test_a"});
  EXPECT_THAT(record_.results, ElementsAre("a.py::test_a"));
}

TEST_F(RunTest, ASequenceIsRunInItsOrderAsTheWorkerThatItWas) {
  sequence_.emplace();
  sequence_->worker = 3;
  sequence_->slots = 4;
  for (const char* id : {"b.py::t2", "a.py::t", "b.py::t1", "b.py::gone"}) {
    sequence_->tests.emplace_back().set_node_id(id);
  }
  Start(1);
  EXPECT_TRUE(spec_.xdist_worker());
  EXPECT_EQ(spec_.slots(), 4u);
  EXPECT_THAT(workers_, ElementsAre(testing::Pair(0, "gw3")));
  Ready(0, {"a.py", "b.py", "c.py"});
  EXPECT_EQ(record_.expected, 4);
  std::vector<std::string> batches;
  for (size_t i = 0; i < leases_[0].size(); ++i) {
    const v1::Lease lease = leases_[0][i];
    std::vector<std::string> ids;
    v1::WorkerMessage collected;
    collected.mutable_collected()->set_lease_id(lease.id());
    for (const v1::TestRef& ref : lease.batch().tests()) {
      const bool gone = ref.node_id() == "b.py::gone";
      *(gone ? collected.mutable_collected()->add_missing() : collected.mutable_collected()->add_tests()) = ref;
      if (!gone) ids.push_back(ref.node_id());
    }
    Say(0, collected);
    for (const std::string& id : ids) Result(0, lease, id);
    LeaseDone(0, lease);
    batches.push_back(lease.batch().module());
  }
  EXPECT_THAT(batches, ElementsAre("b.py", "a.py", "b.py"));
  EXPECT_THAT(record_.results, ElementsAre("b.py::t2", "a.py::t", "b.py::t1"));
  End(0);
  ASSERT_TRUE(run_->Done());
  // One of them is not there any more: said, and not passed over.
  EXPECT_EQ(run_->Close(), 10);
  ASSERT_EQ(record_.summary.books.not_run.size(), 1u);
  EXPECT_EQ(record_.summary.books.not_run[0].ref.node_id(), "b.py::gone");
  EXPECT_EQ(record_.summary.books.not_run[0].reason, "gw3 did not find it");
}

TEST_F(RunTest, WhatEachWorkerWritesAsItStartsIsShownOnce) {
  const auto write = [this](uint32_t slot, const std::string& text) {
    v1::WorkerMessage message;
    message.mutable_output()->set_stream(v1::WorkerMessage::Output::STDOUT);
    message.mutable_output()->set_data(text);
    Say(slot, message);
  };
  Start(3);
  write(1, "hello\n");
  write(0, "hello\n");
  write(1, "from conftest\n");
  write(0, "from conftest\n");
  write(2, "goodbye\n");
  EXPECT_EQ(shown_, "hello\nfrom conftest\n");
  // One that does not become ready may have written why.
  Gone(2, false, "signal SIGSEGV");
  EXPECT_THAT(shown_, HasSubstr("goodbye\n"));
  Ready(0, {"a.py"});
  Ready(1, {"a.py"});
  write(0, "from a test\n");
  EXPECT_THAT(record_.output, ElementsAre("from a test\n"));
}

TEST_F(RunTest, ASingleSlotIsNoXdistWorker) {
  Start(1);
  EXPECT_FALSE(spec_.xdist_worker());
}

TEST_F(RunTest, AWorkerThatDiesHandsItsRestOn) {
  Start(1);
  Ready(0, {"a.py"});
  ASSERT_EQ(leases_[0].size(), 1u);
  const v1::Lease first = leases_[0][0];
  Collected(0, first, {"a.py::t1", "a.py::t2", "a.py::t3"});
  Result(0, first, "a.py::t1");
  Result(0, first, "a.py::t2", v1::FAILED);  // The agent's word on the test that killed the worker.
  Gone(0, false, "signal SIGSEGV");
  EXPECT_THAT(record_.lost, ElementsAre("gw0 signal SIGSEGV"));
  EXPECT_EQ(workers_[0], "gw1");
  Ready(0, {"a.py"});
  ASSERT_EQ(leases_[0].size(), 2u);
  const v1::Lease rest = leases_[0][1];
  ASSERT_EQ(rest.batch().tests_size(), 1);
  EXPECT_EQ(rest.batch().tests(0).node_id(), "a.py::t3");
  RunLease(0, rest, {"a.py::t3"});
  End(0);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 1);
  EXPECT_TRUE(record_.summary.books.balanced);
  EXPECT_EQ(record_.summary.books.reported, 3);
}

TEST_F(RunTest, MoreDeathsThanMayBeReplacedEndTheRun) {
  max_worker_restart_ = 1;
  Start(1);
  Ready(0, {"a.py"});
  const v1::Lease lease = leases_[0][0];
  Collected(0, lease, {"a.py::t1", "a.py::t2", "a.py::t3"});
  Result(0, lease, "a.py::t1");
  Gone(0, false, "signal SIGKILL");
  EXPECT_EQ(workers_[0], "gw1");
  EXPECT_THAT(stops_, testing::IsEmpty());
  Ready(0, {"a.py"});
  Gone(0, false, "signal SIGKILL");
  EXPECT_EQ(workers_[0], "gw1");
  ASSERT_EQ(stops_.size(), 1u);
  EXPECT_EQ(stops_[0].reason(), "maximum crashed workers reached: 1");
  ASSERT_TRUE(run_->Done());
  // Nothing failed, and yet not all was run.
  EXPECT_EQ(run_->Close(), 10);
  EXPECT_EQ(record_.summary.stop_reason, "maximum crashed workers reached: 1");
  EXPECT_EQ(record_.summary.books.not_run.size(), 2u);
}

TEST_F(RunTest, ARepeatedResultCountsOnce) {
  Start(1);
  Ready(0, {"a.py"});
  Collected(0, leases_[0][0], {"a.py::t"});
  Result(0, leases_[0][0], "a.py::t");
  Result(0, leases_[0][0], "a.py::t");
  EXPECT_THAT(record_.results, ElementsAre("a.py::t"));
}

TEST_F(RunTest, AnAgentThatReportsATestThatNobodyCollectedIsLost) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  Collected(0, leases_[0].at(0), {"a.py::t"});
  Result(0, leases_[0][0], "a.py::stranger");
  EXPECT_THAT(record_.results, IsEmpty());
  EXPECT_THAT(ended_agents_, ElementsAre(0));
  // There is no other agent.
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 10);
  EXPECT_THAT(run_->error(), HasSubstr("it reported a.py::stranger, which is not in its lease 1"));
}

TEST_F(RunTest, WhatIsSaidInShortIsReportedWhole) {
  Start(1);
  Ready(0, {"a.py"});
  Collected(0, leases_[0][0], {"a.py::t1", "a.py::t2"});
  Say(0, InShort(leases_[0][0].id(), 1));
  Say(0, InShort(leases_[0][0].id(), 1));
  EXPECT_THAT(record_.results, ElementsAre("a.py::t2"));
  // Nothing that this coordinator has heard of.
  Say(0, InShort(leases_[0][0].id(), 2));
  Say(0, InShort(12345, 0));
  EXPECT_THAT(record_.results, ElementsAre("a.py::t2"));
}

TEST_F(RunTest, CollectionErrorsStopTheRun) {
  Start(2);
  v1::WorkerMessage message;
  message.mutable_collect_report()->set_node_id("a.py");
  message.mutable_collect_report()->set_outcome("failed");
  Say(0, message);
  Say(1, message);
  Ready(0, {"b.py"}, 1);
  Ready(1, {"b.py"}, 1);
  EXPECT_THAT(record_.collects, ElementsAre("a.py"));
  EXPECT_THAT(leases_, IsEmpty());
  ASSERT_EQ(stops_.size(), 1u);
  End(0);
  End(1);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 2);
  EXPECT_EQ(record_.summary.stop_reason, "Interrupted: 1 error during collection");
}

TEST_F(RunTest, ASessionThatEndedWithinItsCollectionSaysWhatThatComesTo) {
  Start(1);
  v1::WorkerMessage message;
  message.mutable_collect_report()->set_node_id("a.py");
  message.mutable_collect_report()->set_outcome("failed");
  Say(0, message);
  Ready(0, {"b.py"}, 1, "1");
  End(0, 1, "stopping after 1 failures");
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 1);
  EXPECT_EQ(record_.summary.stop_reason, "stopping after 1 failures");
}

TEST_F(RunTest, EarlyWarningsOfTheFirstReadyWorkerOnly) {
  Start(2);
  v1::WorkerMessage message;
  message.mutable_warning()->set_message("w");
  Say(0, message);
  Say(1, message);
  Ready(1, {"a.py"});
  Ready(0, {"a.py"});
  EXPECT_THAT(record_.warnings, ElementsAre("w"));
}

TEST_F(RunTest, WarningsOfMakingAModulesTestsCountOnceHoweverManyWorkersMakeThem) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  v1::WorkerMessage message;
  v1::RecordedWarning& warning = *message.mutable_warning();
  const auto say = [&](int slot, const std::string& module, const std::string& text) {
    warning.set_module(module);
    warning.set_message(text);
    Say(slot, message);
  };
  say(1, "a.py", "of a");
  say(0, "a.py", "of a");
  say(1, "a.py", "of a, too");
  say(0, "a.py", "of a, too");
  say(0, "b.py", "of b");
  say(1, "b.py", "of b");
  say(0, "", "of a test");
  say(1, "", "of a test");
  EXPECT_THAT(record_.warnings, ElementsAre("of a", "of a, too", "of b", "of a test", "of a test"));
}

TEST_F(RunTest, MaxfailStops) {
  Start(1);
  Ready(0, {"a.py"}, 0, "1");
  Collected(0, leases_[0][0], {"a.py::t1", "a.py::t2"});
  Result(0, leases_[0][0], "a.py::t1", v1::FAILED);
  ASSERT_EQ(stops_.size(), 1u);
  EXPECT_FALSE(stops_[0].now());
  End(0, 1);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 1);
  EXPECT_EQ(record_.summary.stop_reason, "stopping after 1 failures");
}

TEST_F(RunTest, CtrlCReportsWhatIsKnown) {
  Start(1);
  Ready(0, {"a.py"});
  Collected(0, leases_[0][0], {"a.py::t1", "a.py::t2"});
  Result(0, leases_[0][0], "a.py::t1");
  run_->Interrupt();
  ASSERT_EQ(stops_.size(), 1u);
  EXPECT_TRUE(stops_[0].interrupt());
  EXPECT_FALSE(run_->Done());
  Gone(0, false, "signal SIGKILL");
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 2);
  EXPECT_EQ(record_.summary.counts.at("passed"), 1);
  EXPECT_THAT(record_.lost, IsEmpty());
}

TEST_F(RunTest, PytestExitIsTheRunsExit) {
  Start(2);
  Ready(0, {"a.py"});
  Collected(0, leases_[0][0], {"a.py::t1"});
  v1::WorkerMessage message;
  message.mutable_ended()->set_exit_status(7);
  message.mutable_ended()->set_exit_called(true);
  message.mutable_ended()->set_stop_reason("enough");
  Say(0, message);
  Gone(0, true);
  Gone(1, false, "signal SIGKILL");
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 7);
}

TEST_F(RunTest, AFailureIsTheRunsEnd) {
  Start(2);
  v1::WorkerMessage message;
  message.mutable_failure()->set_exit_status(4);
  message.mutable_failure()->set_message("ERROR: usage");
  Say(1, message);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 4);
  EXPECT_EQ(run_->error(), "ERROR: usage");
}

TEST_F(RunTest, ASessionThatBreaksCostsOnlyItsOwnTests) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  RunLease(1, leases_[1].at(0), {"b.py::t"});
  Collected(0, leases_[0].at(0), {"a.py::t", "a.py::u"});
  Begin(0, leases_[0].at(0), "a.py::t");
  Break(0, "INTERNALERROR> RuntimeError: no\n");
  EXPECT_FALSE(run_->Done());
  EXPECT_THAT(stops_, IsEmpty());
  EXPECT_THAT(record_.output, ElementsAre("INTERNALERROR> RuntimeError: no\n"));
  // A new worker takes the place.
  Ready(0, {"a.py", "b.py"});
  ASSERT_EQ(leases_[0].size(), 2u);
  RunLease(0, leases_[0].at(1), {"a.py::t", "a.py::u"});
  End(0);
  End(1);
  ASSERT_TRUE(run_->Done());
  // pytest's exit code of an internal error.
  EXPECT_EQ(run_->Close(), 3);
  EXPECT_THAT(record_.summary.books.not_run, IsEmpty());
  EXPECT_EQ(record_.summary.books.reported, 3);
}

TEST_F(RunTest, ATestThatBreaksEverySessionIsNotRunForEver) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  RunLease(1, leases_[1].at(0), {"b.py::t"});
  Collected(0, leases_[0].at(0), {"a.py::t", "a.py::u"});
  Begin(0, leases_[0].at(0), "a.py::t");
  Break(0, "INTERNALERROR> no\n");
  Ready(0, {"a.py", "b.py"});
  ASSERT_EQ(leases_[0].size(), 2u);
  Collected(0, leases_[0].at(1), {"a.py::t", "a.py::u"});
  Begin(0, leases_[0].at(1), "a.py::t");
  Break(0, "INTERNALERROR> no\n");
  // The next worker has the rest.
  Ready(0, {"a.py", "b.py"});
  ASSERT_EQ(leases_[0].size(), 3u);
  const v1::Lease rest = leases_[0].at(2);
  ASSERT_EQ(rest.batch().tests_size(), 1);
  EXPECT_EQ(rest.batch().tests(0).node_id(), "a.py::u");
  RunLease(0, rest, {"a.py::u"});
  for (const uint32_t slot : {0u, 1u}) End(slot);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 10);
  ASSERT_EQ(record_.summary.books.not_run.size(), 1u);
  EXPECT_EQ(record_.summary.books.not_run[0].ref.node_id(), "a.py::t");
  EXPECT_THAT(record_.summary.books.not_run[0].reason, HasSubstr("an error in pytest or a plugin broke its session"));
}

TEST_F(RunTest, AnInternalErrorOfEverySessionIsTheRunsEnd) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  // A hook fails when the first module's items are made.
  Break(0, "INTERNALERROR> ValueError: hook\n", /*gone=*/false);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 3);
  EXPECT_EQ(run_->error(), "INTERNALERROR> ValueError: hook\n");
  // The whole text is shown once.
  EXPECT_THAT(record_.output, IsEmpty());
  EXPECT_EQ(record_.summary.stop_reason, "INTERNALERROR> ValueError: hook");
}

TEST_F(RunTest, AHookThatFailsWithEveryTestIsTheRunsEnd) {
  Start(2);
  Ready(0, {"a.py", "b.py"});
  Ready(1, {"a.py", "b.py"});
  Collected(0, leases_[0].at(0), {"a.py::t"});
  Begin(0, leases_[0].at(0), "a.py::t");
  Break(0, "INTERNALERROR> ValueError: hook\n");
  EXPECT_FALSE(run_->Done());
  Collected(1, leases_[1].at(0), {"b.py::t"});
  Begin(1, leases_[1].at(0), "b.py::t");
  Break(1, "INTERNALERROR> ValueError: hook\n", /*gone=*/false);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 3);
  EXPECT_EQ(run_->error(), "INTERNALERROR> ValueError: hook\n");
  EXPECT_THAT(record_.output, IsEmpty());
}

TEST_F(RunTest, AnAgentThatSpeaksOfTheLeasesOfOthersIsLost) {
  Start(1);
  v1::AgentMessage::Hello hello;
  hello.set_name("liar");
  hello.set_slots(1);
  const std::string local = workers_[0];
  run_->AgentJoined(1, hello);
  const std::string liar = workers_[0];
  workers_[0] = local;
  Ready(0, {"a.py", "b.py"});
  const v1::Lease lease = leases_[0].at(0);
  Collected(0, lease, {"a.py::t"});
  v1::AgentMessage::Event event;
  event.mutable_from_worker()->set_worker_id(liar);
  v1::TestResult* result = event.mutable_from_worker()->mutable_message()->mutable_progress()->add_results();
  result->set_lease_id(lease.id());
  result->mutable_ref()->set_node_id("a.py::t");
  result->set_outcome(v1::PASSED);
  const v1::AgentMessage::Event again = event;
  run_->AgentSaid(1, std::move(event));
  EXPECT_THAT(record_.results, IsEmpty());
  EXPECT_THAT(ended_agents_, ElementsAre(1));
  EXPECT_THAT(record_.lost, ElementsAre(HasSubstr("it can't be believed: it spoke of lease")));
  // Nothing more that it says counts.
  run_->AgentSaid(1, v1::AgentMessage::Event(again));
  EXPECT_THAT(record_.results, IsEmpty());
  Result(0, lease, "a.py::t", v1::FAILED);
  EXPECT_THAT(record_.results, ElementsAre("a.py::t"));
}

TEST_F(RunTest, WorkersThatDieAtStartAreNotStartedForEver) {
  Start(1);
  for (int i = 0; i < 50 && !run_->Done(); ++i) Gone(0, false, "exit code 9");
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 10);
  EXPECT_THAT(run_->error(), HasSubstr("exit code 9"));
}

TEST_F(RunTest, TheOnlyAgentsLossNamesWhatWasNotRun) {
  Start(1);
  Ready(0, {"a.py", "b.py"});
  Collected(0, leases_[0][0], {"a.py::t1", "a.py::t2"});
  Result(0, leases_[0][0], "a.py::t1");
  run_->AgentLeft(0, "signal SIGKILL");
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 10);
  ASSERT_EQ(record_.summary.books.not_run.size(), 2u);
  EXPECT_EQ(record_.summary.books.not_run[0].ref.node_id(), "a.py::t2");
  EXPECT_EQ(record_.summary.books.not_run[1].module, "b.py");
  EXPECT_THAT(run_->error(), HasSubstr("SIGKILL"));
}

TEST_F(RunTest, WorkersThatDisagreeOnTheCollectionAreNamed) {
  Start(2);
  Ready(0, {"a.py"});
  Ready(1, {"b.py"}, 0, "0", "another");
  EXPECT_EQ(stops_.size(), 1u);
  End(0);
  End(1);
  ASSERT_TRUE(run_->Done());
  EXPECT_NE(run_->Close(), 0);
  EXPECT_THAT(record_.summary.stop_reason, HasSubstr("gw1"));
}

TEST_F(RunTest, TextOfPytestsOwnNeedsNoReadyWorker) {
  Start(1);
  v1::WorkerMessage message;
  message.mutable_output()->set_stream(v1::WorkerMessage::Output::TERMINAL);
  message.mutable_output()->set_data("a.py::t\n");
  Say(0, message);
  End(0, 5);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 5);
  EXPECT_EQ(shown_, "a.py::t\n");
}

TEST_F(RunTest, ARefusingAgentIsNamedAndTheRunGoesOn) {
  Start(1);
  v1::AgentMessage::Hello hello;
  hello.set_name("bert");
  hello.set_slots(1);
  const auto local = workers_;
  run_->AgentJoined(1, hello);
  workers_ = local;
  v1::AgentMessage::Event event;
  event.mutable_refused()->set_message("no pytest in python3");
  event.mutable_refused()->set_exit_status(4);
  run_->AgentSaid(1, std::move(event));
  EXPECT_THAT(shown_, HasSubstr("agent bert cannot run the tests: no pytest in python3"));
  EXPECT_FALSE(run_->Done());
  Ready(0, {"a.py"});
  RunLease(0, leases_[0][0], {"a.py::t"});
  End(0);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 0);
}

TEST_F(RunTest, TheSlotsOfAllAgentsAreTold) {
  Start(2);
  v1::AgentMessage::Hello hello;
  hello.set_name("bert");
  hello.set_slots(3);
  const auto local = workers_;
  run_->AgentJoined(1, hello);
  workers_ = local;
  Ready(0, {"a.py"});
  EXPECT_EQ(record_.slots, 5);
}

TEST_F(RunTest, TestsOfALostAgentGoToAnother) {
  Start(1);
  Ready(0, {"a.py"});
  const v1::Lease first = leases_[0][0];
  Collected(0, first, {"a.py::t1", "a.py::t2"});
  Result(0, first, "a.py::t1");
  const std::string lost_worker = workers_[0];
  v1::AgentMessage::Hello hello;
  hello.set_name("bert");
  hello.set_slots(1);
  run_->AgentJoined(1, hello);
  run_->AgentLeft(0, "no route");
  EXPECT_FALSE(run_->Done());
  const auto say = [&](const v1::WorkerMessage& message, int agent, const std::string& worker) {
    v1::AgentMessage::Event event;
    event.mutable_from_worker()->set_worker_id(worker);
    *event.mutable_from_worker()->mutable_message() = message;
    run_->AgentSaid(agent, std::move(event));
  };
  v1::WorkerMessage ready;
  ready.mutable_ready()->mutable_collection()->set_mode(v1::BY_MODULE);
  ready.mutable_ready()->mutable_collection()->set_digest("d");
  say(ready, 1, workers_[0]);
  ASSERT_EQ(leases_[0].size(), 2u);
  EXPECT_EQ(leases_[0][1].batch().tests(0).node_id(), "a.py::t2");
  // The lost one comes back with what it had run: it counts, and what comes later of the same test does not.
  say(InShort(first.id(), 1), 0, lost_worker);
  EXPECT_THAT(record_.results, ElementsAre("a.py::t1", "a.py::t2"));
  v1::WorkerMessage again;
  v1::TestResult* result = again.mutable_progress()->add_results();
  result->set_lease_id(leases_[0][1].id());
  result->mutable_ref()->set_node_id("a.py::t2");
  result->set_outcome(v1::PASSED);
  say(again, 1, workers_[0]);
  EXPECT_EQ(record_.results.size(), 2u);
}

TEST_F(RunTest, AnAgentThatIsBackWithinTheLeaseKeepsItsTests) {
  lease_s_ = 20;
  Start(1);
  Ready(0, {"a.py", "b.py"});
  const v1::Lease first = leases_[0][0];
  run_->AgentBroken(0, "the connection broke");
  RunLease(0, first, {"a.py::t"});
  const size_t granted = leases_[0].size();
  for (int i = 0; i < 3; ++i) {
    now_ += 6;
    run_->Tick();
  }
  EXPECT_FALSE(run_->Done());
  // Nothing was said to it that could get lost.
  EXPECT_EQ(leases_[0].size(), granted);
  run_->AgentResumed(0);
  for (size_t i = 1; i < leases_[0].size(); ++i) RunLease(0, leases_[0][i], {"b.py::t"});
  End(0);
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 0);
  EXPECT_THAT(record_.results, ElementsAre("a.py::t", "b.py::t"));
  EXPECT_THAT(ended_agents_, IsEmpty());
}

TEST_F(RunTest, AnAgentThatWasNotHeardOfForTheLeaseIsLost) {
  lease_s_ = 20;
  Start(1);
  Ready(0, {"a.py"});
  v1::AgentMessage::Hello hello;
  hello.set_name("bert");
  hello.set_slots(1);
  run_->AgentJoined(1, hello);
  for (int i = 0; i < 3; ++i) {
    now_ += 6;
    run_->AgentHeard(1);
    run_->Tick();
  }
  EXPECT_THAT(ended_agents_, IsEmpty());
  now_ += 6;
  run_->AgentHeard(1);
  run_->Tick();
  // Should it hear this, it need not wait for the end of its own lease.
  EXPECT_THAT(ended_agents_, ElementsAre(0));
  EXPECT_FALSE(run_->Done());
  // One that comes back after that has nothing to go on with.
  run_->AgentResumed(0);
  EXPECT_THAT(ended_agents_, ElementsAre(0, 0));
}

TEST_F(RunTest, AWorkerThatIsNeverReadyKeepsNoFinishedRun) {
  Start(2);
  now_ += 1;
  Ready(0, {"a.py"});
  RunLease(0, leases_[0][0], {"a.py::t"});
  run_->Tick();
  End(0);
  now_ += 4;
  run_->Tick();
  EXPECT_FALSE(run_->Done());
  now_ += 2;
  run_->Tick();
  ASSERT_TRUE(run_->Done());
  ASSERT_EQ(record_.lost.size(), 1u);
  EXPECT_THAT(record_.lost[0], HasSubstr("gw1 the run does not wait for it"));
  EXPECT_EQ(run_->Close(), 0);
}

TEST_F(RunTest, WhoseFirstWorkerTookLongWaitsAsLongForTheOthers) {
  Start(2);
  now_ += 20;
  Ready(0, {"a.py"});
  RunLease(0, leases_[0][0], {"a.py::t"});
  End(0);
  run_->Tick();
  now_ += 19;
  run_->Tick();
  EXPECT_FALSE(run_->Done());
  Ready(1, {"a.py"});
  EXPECT_EQ(finished_slots_.back(), 1u);
  // From now on it is a worker that tears its fixtures down, which takes as long as it takes.
  now_ += 1000;
  run_->Tick();
  EXPECT_FALSE(run_->Done());
  End(1);
  EXPECT_TRUE(run_->Done());
  EXPECT_THAT(record_.lost, IsEmpty());
}

TEST_F(RunTest, AnAgentOutOfReachThatHoldsNothingKeepsNoFinishedRun) {
  lease_s_ = 1000;
  Start(1);
  Ready(0, {"a.py"});
  RunLease(0, leases_[0][0], {"a.py::t"});
  run_->AgentBroken(0, "the connection broke");
  run_->Tick();
  EXPECT_FALSE(run_->Done());
  now_ += 6;
  run_->Tick();
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 0);
}

TEST_F(RunTest, TheDeadlineEndsARunThatHasStoppedForAnotherReason) {
  deadline_s_ = 100;
  Start(1);
  Ready(0, {"a.py", "b.py"}, 0, "1");
  Collected(0, leases_[0][0], {"a.py::t", "a.py::u"});
  Result(0, leases_[0][0], "a.py::t", v1::FAILED);
  ASSERT_EQ(stops_.size(), 1u);
  EXPECT_FALSE(stops_[0].now());
  now_ += 100;
  run_->Tick();
  ASSERT_EQ(stops_.size(), 2u);
  EXPECT_TRUE(stops_[1].now());
  EXPECT_FALSE(run_->Done());
  // Its agent kills the worker, and does not say so.
  now_ += 12;
  run_->Tick();
  EXPECT_FALSE(run_->Done());
  now_ += 1;
  run_->Tick();
  ASSERT_TRUE(run_->Done());
  EXPECT_THAT(record_.lost[0], HasSubstr("was told to kill it"));
  EXPECT_EQ(run_->Close(), 1);
}

TEST_F(RunTest, AnInterruptEndsARunWhoseAgentSaysNothing) {
  Start(1);
  Ready(0, {"a.py"});
  run_->Interrupt();
  now_ += 5;
  run_->Tick();
  EXPECT_FALSE(run_->Done());
  now_ += 13;
  run_->Tick();
  ASSERT_TRUE(run_->Done());
  EXPECT_EQ(run_->Close(), 2);
}

}  // namespace
}  // namespace fastest::run
