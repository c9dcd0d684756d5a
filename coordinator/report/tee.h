// Several reporters as one.
#ifndef FASTEST_COORDINATOR_REPORT_TEE_H_
#define FASTEST_COORDINATOR_REPORT_TEE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/finish.h"
#include "coordinator/report/reporter.h"

namespace fastest::report {

// Tells each of several reporters everything that it is told. Not thread-safe.
class Tee final : public Reporter {
 public:
  explicit Tee(std::vector<std::unique_ptr<Reporter>> reporters) : reporters_(std::move(reporters)) {}

  void RunAnnounced(const results::RunStart& run) override {
    for (auto& r : reporters_) r->RunAnnounced(run);
  }
  void RunStarted(const results::RunStart& run) override {
    for (auto& r : reporters_) r->RunStarted(run);
  }
  void AgentJoined(const results::AgentFacts& agent) override {
    for (auto& r : reporters_) r->AgentJoined(agent);
  }
  void AgentLost(const std::string& agent, const std::string& why) override {
    for (auto& r : reporters_) r->AgentLost(agent, why);
  }
  void AgentRefused(const std::string& agent, const std::string& why) override {
    for (auto& r : reporters_) r->AgentRefused(agent, why);
  }
  void Planned(const results::PlanFacts& plan) override {
    for (auto& r : reporters_) r->Planned(plan);
  }
  void Expected(int tests, bool exact) override {
    for (auto& r : reporters_) r->Expected(tests, exact);
  }
  void Deselected(int tests) override {
    for (auto& r : reporters_) r->Deselected(tests);
  }
  void ModuleExpected(const std::string& module, int tests) override {
    for (auto& r : reporters_) r->ModuleExpected(module, tests);
  }
  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override {
    for (auto& r : reporters_) r->Collected(module, tests, collect_s);
  }
  void WorkerStarted(const results::Origin& origin, const results::Labels& labels) override {
    for (auto& r : reporters_) r->WorkerStarted(origin, labels);
  }
  void WorkerLost(const results::Origin& origin, const std::string& how) override {
    for (auto& r : reporters_) r->WorkerLost(origin, how);
  }
  void BatchLeased(const results::LeaseFacts& lease, const results::Origin& origin) override {
    for (auto& r : reporters_) r->BatchLeased(lease, origin);
  }
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override {
    for (auto& r : reporters_) r->TestStarted(test, origin, at);
  }
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override {
    for (auto& r : reporters_) r->Attempt(result, origin);
  }
  void Result(const v1::TestResult& result, const results::Origin& origin) override {
    for (auto& r : reporters_) r->Result(result, origin);
  }
  void Collect(const v1::CollectReport& report) override {
    for (auto& r : reporters_) r->Collect(report);
  }
  void Warning(const v1::RecordedWarning& warning) override {
    for (auto& r : reporters_) r->Warning(warning);
  }
  void Output(const v1::WorkerMessage::Output& output, const results::Origin& origin) override {
    for (auto& r : reporters_) r->Output(output, origin);
  }
  void Note(const std::string& text) override {
    for (auto& r : reporters_) r->Note(text);
  }
  void Tick(double now) override {
    for (auto& r : reporters_) r->Tick(now);
  }
  // Returns whether all are complete.
  bool Finished(const results::RunSummary& summary) override { return FinishAll(reporters_, summary); }
  bool Abandoned(const results::RunSummary& summary) override {
    bool complete = true;
    for (auto& r : reporters_) complete = r->Abandoned(summary) && complete;
    return complete;
  }

 private:
  std::vector<std::unique_ptr<Reporter>> reporters_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEE_H_
