#include "coordinator/report/files/trace_reporter.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "base/countable.h"
#include "base/json_text.h"
#include "proto/engine_name.h"
#include "proto/outcome_name.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

// A test that passes in a shorter time has no room for its phases in any picture of a run, and they are three of its
// four events.
constexpr double kTooShort_s = 100e-6;

using Json = nlohmann::ordered_json;

constexpr size_t kMuch = size_t{64} * 1024;
// Counters change with every test. Nobody sees more detail than this.
constexpr double kCounterStepUs = 1000;

// All times and spans are written as microseconds with three decimals.
int64_t Thousandths(double micros) { return std::llround(Countable(micros * 1000)); }

void AddMicros(int64_t thousandths, TextBuffer* json) {
  if (thousandths < 0) json->Add('-');
  const int64_t size = std::abs(thousandths);
  json->AddCount(size / 1000);
  json->Add('.');
  json->AddDigits<3>(static_cast<uint64_t>(size % 1000));
}

std::string Text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Whether it is drawn. The report of a subtest is within its test.
bool HasPlace(const v1::Phase& phase) { return phase.subtest().empty() && phase.start() > 0; }

std::string Args(const Json& args) { return absl::StrCat(",\"args\":", Text(args)); }

}  // namespace

void TraceReporter::RunStarted(const results::RunStart& run) {
  started_at_ = run.started_at;
  const Json about = {
      {"version", run.version}, {"run_id", run.run_id}, {"rootdir", run.rootdir}, {"python", run.python_version}};
  Write(absl::StrCat("{\"displayTimeUnit\":\"ms\",\"otherData\":", Text(about), ",\"traceEvents\":["));
}

void TraceReporter::Expected(int tests, bool /*exact*/) { expected_ = tests; }

TraceReporter::Track TraceReporter::TrackOf(const results::Origin& origin) {
  const SlotTrack slot = tracks_.Of(origin);
  const Track track = {slot.agent, slot.slot};
  if (slot.new_agent) {
    AddEvent("M", "process_name", {slot.agent, 0}, started_at_, Args({{"name", absl::StrCat("agent ", origin.agent)}}));
  }
  if (slot.new_slot) {
    AddEvent("M", "thread_name", track, started_at_, Args({{"name", absl::StrCat("slot ", slot.slot)}}));
  }
  return track;
}

void TraceReporter::WorkerStarted(const results::Origin& origin, const results::Labels&) { TrackOf(origin); }

void TraceReporter::WorkerLost(const results::Origin& origin, const std::string& how) {
  const Track track = TrackOf(origin);
  AddEvent("i", absl::StrCat(origin.worker, " ended"), track, std::max(last_at_, started_at_),
           absl::StrCat(",\"s\":\"t\"", Args({{"how", how}})));
}

void TraceReporter::BatchLeased(const results::LeaseFacts& facts, const results::Origin& origin) {
  Lease& lease = leases_[facts.lease_id];
  lease.track = TrackOf(origin);
  lease.module = facts.module;
  if (facts.module.empty()) return;
  const auto before = lease_of_module_.find(facts.module);
  // A lease that names tests of a module continues what another lease had.
  if (facts.tests > 0 && before != lease_of_module_.end()) {
    lease.from = {leases_[before->second].track, facts.at};
  }
  lease_of_module_[facts.module] = facts.lease_id;
}

double TraceReporter::AddTest(const v1::TestResult& result, const results::Origin& origin) {
  const Track track = TrackOf(origin);
  double begin = 0;
  double end = 0;
  for (const v1::Phase& phase : result.phases()) {
    if (!HasPlace(phase)) continue;
    begin = begin == 0 ? phase.start() : std::min(begin, phase.start());
    end = std::max(end, phase.start() + phase.duration_s());
  }
  // A worker that died left no phase.
  if (begin == 0) begin = result.stages().started() > 0 ? result.stages().started() : result.stages().reported();
  if (begin == 0) begin = std::max(last_at_, started_at_);
  end = std::max(begin, end);
  last_at_ = std::max(last_at_, end);
  changes_.emplace_back(begin, 1);
  changes_.emplace_back(end, -1);

  const std::string& node_id = ShownId(result);
  const size_t module = ModuleOf(node_id).size();
  const std::string_view name = node_id;
  BeginEvent("X", module + 2 < node_id.size() ? name.substr(module + 2) : name, track, begin);
  AddSpan(begin, end);
  gathered_.Add(",\"cat\":\"test\",\"args\":{\"nodeid\":");
  AddJsonText(node_id, &gathered_);
  gathered_.Add(",\"outcome\":\"");
  gathered_.Add(OutcomeName(result.outcome()));
  gathered_.Add("\",\"attempt\":");
  gathered_.AddCount(origin.attempt);
  gathered_.Add(",\"engine\":");
  AddJsonText(EngineName(result.engine()), &gathered_);
  EndEvent("}");
  for (const v1::Phase& phase : result.phases()) {
    if (!HasPlace(phase) || (end - begin < kTooShort_s && result.outcome() == v1::PASSED)) continue;
    BeginEvent("X", phase.when(), track, phase.start());
    AddSpan(phase.start(), phase.start() + phase.duration_s());
    EndEvent(",\"cat\":\"phase\"");
  }
  const auto lease = leases_.find(result.lease_id());
  if (lease != leases_.end()) {
    Lease& of = lease->second;
    of.first = of.tests == 0 ? begin : std::min(of.first, begin);
    of.last = std::max(of.last, end);
    ++of.tests;
    if (of.from.has_value()) {
      const std::string id = absl::StrCat(",\"cat\":\"taken over\",\"id\":", ++arrows_);
      AddEvent("s", "taken over", of.from->first, of.from->second, id);
      AddEvent("f", "taken over", track, begin, absl::StrCat(id, ",\"bp\":\"e\""));
      of.from.reset();
    }
  }
  EndRetry(result, track, begin);
  return end;
}

void TraceReporter::Attempt(const v1::TestResult& result, const results::Origin& origin) {
  const double end = AddTest(result, origin);
  const int arrow = retries_[TestId(result.ref())] = ++arrows_;
  AddEvent("s", "retry", TrackOf(origin), end, absl::StrCat(",\"cat\":\"retry\",\"id\":", arrow));
}

void TraceReporter::Result(const v1::TestResult& result, const results::Origin& origin) { AddTest(result, origin); }

void TraceReporter::EndRetry(const v1::TestResult& result, Track track, double begin) {
  if (retries_.empty()) return;
  const auto retry = retries_.find(TestId(result.ref()));
  if (retry == retries_.end()) return;
  AddEvent("f", "retry", track, begin, absl::StrCat(",\"cat\":\"retry\",\"bp\":\"e\",\"id\":", retry->second));
  retries_.erase(retry);
}

void TraceReporter::Collect(const v1::CollectReport& report) {
  const bool failed = report.outcome() == "failed";
  AddEvent("i", absl::StrCat(report.node_id(), failed ? " could not be collected" : " skipped itself"), {0, 0},
           std::max(last_at_, started_at_),
           absl::StrCat(",\"s\":\"g\",\"cat\":\"collection\"",
                        Args({{"nodeid", report.node_id()}, {"outcome", failed ? "error" : "skipped"}})));
}

void TraceReporter::Note(const std::string& text) {
  AddEvent("i", text, {0, 0}, std::max(last_at_, started_at_), ",\"s\":\"g\"");
}

void TraceReporter::AddCounters() {
  std::sort(changes_.begin(), changes_.end());
  int running = 0;
  int to_come = std::max(expected_, static_cast<int>(changes_.size() / 2));
  double said_at = -kCounterStepUs;
  for (size_t i = 0; i < changes_.size(); ++i) {
    running += changes_[i].second;
    to_come -= changes_[i].second > 0 ? 1 : 0;
    const double at = Micros(changes_[i].first);
    if (i + 1 < changes_.size() && at < said_at + kCounterStepUs) continue;
    said_at = at;
    BeginEvent("C", "tests", {0, 0}, changes_[i].first);
    EndEvent(absl::StrCat(",\"args\":{\"running\":", running, ",\"to come\":", std::max(to_come, 0), "}"));
  }
}

bool TraceReporter::Finished(const results::RunSummary& /*summary*/) {
  for (const auto& [id, lease] : leases_) {
    if (lease.tests == 0) continue;
    const std::string name = lease.module.empty() ? absl::StrCat("batch ", id) : lease.module;
    BeginEvent("X", name, lease.track, lease.first);
    AddSpan(lease.first, lease.last);
    EndEvent(absl::StrCat(",\"cat\":\"batch\"", Args({{"lease", id}, {"tests", lease.tests}})));
  }
  AddCounters();
  Write("\n]}\n");
  if (status_.ok()) status_ = sink_->Write(gathered_.text());
  if (status_.ok()) status_ = sink_->Close();
  if (status_.ok()) return true;
  err_ << absl::StrCat("fastest: no trace: ", status_.message(), "\n");
  err_.flush();
  return false;
}

void TraceReporter::AddEvent(const char* kind, const std::string& name, Track track, double at,
                             const std::string& more) {
  BeginEvent(kind, name, track, at);
  EndEvent(more);
}

void TraceReporter::BeginEvent(std::string_view kind, std::string_view name, Track track, double at) {
  gathered_.Add(first_ ? "\n{\"ph\":\"" : ",\n{\"ph\":\"");
  first_ = false;
  gathered_.Add(kind);
  gathered_.Add("\",\"name\":");
  AddJsonText(name, &gathered_);
  gathered_.Add(",\"pid\":");
  gathered_.AddCount(track.process);
  gathered_.Add(",\"tid\":");
  gathered_.AddCount(track.thread);
  gathered_.Add(",\"ts\":");
  AddMicros(Thousandths(Micros(at)), &gathered_);
}

void TraceReporter::AddSpan(double begin, double end) {
  gathered_.Add(",\"dur\":");
  AddMicros(Thousandths(Micros(end)) - Thousandths(Micros(begin)), &gathered_);
}

void TraceReporter::EndEvent(std::string_view more) {
  gathered_.Add(more);
  Write("}");
}

void TraceReporter::Write(std::string_view text) {
  gathered_.Add(text);
  if (gathered_.size() < kMuch) return;
  if (status_.ok()) status_ = sink_->Write(gathered_.text());
  gathered_.Clear();
}

}  // namespace fastest::report
