#include "benchmarks/farm_scale/simulated_worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fastest::farm_scale {
namespace {

// The direct engine's time for a phase of a function that does nothing.
constexpr double kPhaseSeconds = 2e-6;
constexpr char kDigest[] = "00000000000000000000000000000000";

double Now() { return static_cast<double>(absl::ToUnixMicros(absl::Now())) / 1e6; }

}  // namespace

SimulatedWorker::SimulatedWorker(const Suite* suite, std::string rootdir, Next next)
    : suite_(suite), next_(std::move(next)) {
  v1::WorkerMessage::Ready* ready = next_()->mutable_ready();
  v1::Collection* collection = ready->mutable_collection();
  collection->set_mode(v1::BY_MODULE);
  collection->mutable_modules()->Add(suite->modules.begin(), suite->modules.end());
  collection->set_digest(kDigest);
  ready->set_python_version("3.11.2");
  ready->set_pytest_version("8.3.4");
  ready->add_header(absl::StrCat("rootdir: ", rootdir));
  ready->set_rootdir(std::move(rootdir));
  ready->set_stdout_fd(-1);
  ready->set_stderr_fd(-1);
}

void SimulatedWorker::Run(const v1::Lease& lease) {
  leases_.push_back(lease);
  Advance();
}

void SimulatedWorker::Revoke(uint64_t lease_id) {
  // A lease begins as soon as it arrives, so no test goes back.
  next_()->mutable_returned()->set_lease_id(lease_id);
}

void SimulatedWorker::Finish() {
  if (held_back_.has_value()) RunHeldBack();
  next_()->mutable_ended()->set_exit_status(0);
}

void SimulatedWorker::Advance() {
  while (true) {
    if (waiting_.empty()) {
      if (leases_.empty()) break;
      Open(leases_.front());
      leases_.pop_front();
      continue;
    }
    if (held_back_.has_value()) RunHeldBack();
    held_back_ = std::move(waiting_.front());
    waiting_.pop_front();
  }
  if (done_.has_value()) SendResult();
}

void SimulatedWorker::Open(const v1::Lease& lease) {
  const v1::Batch& batch = lease.batch();
  const auto add = [&](const v1::TestRef& ref, int number) { waiting_.push_back({lease.id(), ref, number}); };
  const int in_module = suite_->TestsIn(batch.module());
  if (batch.tests_size() > 0) {
    for (const v1::TestRef& ref : batch.tests()) add(ref, 0);
  } else {
    const auto cut = [&](uint32_t boundary) {
      const std::string name = batch.boundaries(static_cast<int>(boundary)).substr(batch.module().size() + 2);
      return static_cast<int>(std::find(suite_->names.begin(), suite_->names.end(), name) - suite_->names.begin());
    };
    const uint32_t part = batch.part();
    const int first = part == 0 ? 0 : cut(part - 1);
    const int end = static_cast<int>(part) < batch.boundaries_size() ? cut(part) : in_module;
    v1::TestRef ref;
    for (int i = first; i < end; ++i) {
      ref.set_node_id(absl::StrCat(batch.module(), "::", suite_->names[i]));
      add(ref, i);
    }
  }
  v1::WorkerMessage::Collected* collected = next_()->mutable_collected();
  collected->set_lease_id(lease.id());
  for (const Test& test : waiting_) *collected->add_tests() = test.ref;
  collected->set_module_selected(static_cast<uint32_t>(in_module));
  collected->set_module_digest(kDigest);
  collected->set_collect_s(in_module * 1e-4);
  collected->set_received_at(lease.received_at());
  if (waiting_.empty()) {
    next_()->mutable_lease_done()->set_lease_id(lease.id());
  } else {
    unreported_.emplace_back(lease.id(), static_cast<int>(waiting_.size()));
  }
}

void SimulatedWorker::RunHeldBack() {
  v1::WorkerMessage::Progress* progress = next_()->mutable_progress();
  if (done_.has_value()) AddResult(progress);
  started_at_ = Now();
  progress->set_started_lease_id(held_back_->lease_id);
  *progress->mutable_started() = held_back_->ref;
  progress->set_started_at(started_at_);
  done_ = std::exchange(held_back_, std::nullopt);
  if (--unreported_.front().second > 0) return;
  SendResult();
  next_()->mutable_lease_done()->set_lease_id(unreported_.front().first);
  unreported_.pop_front();
}

void SimulatedWorker::SendResult() { AddResult(next_()->mutable_progress()); }

void SimulatedWorker::AddResult(v1::WorkerMessage::Progress* progress) {
  v1::TestResult* result = progress->add_results();
  const std::string& node_id = done_->ref.node_id();
  const size_t name = node_id.find("::");
  result->set_lease_id(done_->lease_id);
  *result->mutable_ref() = done_->ref;
  result->set_outcome(v1::PASSED);
  double start = started_at_;
  for (const char* when : {"setup", "call", "teardown"}) {
    v1::Phase* phase = result->add_phases();
    phase->set_when(when);
    phase->set_start(start);
    phase->set_duration_s(kPhaseSeconds);
    start += kPhaseSeconds;
  }
  result->set_engine(v1::ENGINE_DIRECT);
  result->set_location_path(node_id.data(), name);
  result->set_location_line(4 * done_->number);
  result->set_domain(node_id.data() + name + 2, node_id.size() - name - 2);
  done_.reset();
  ++results_;
}

}  // namespace fastest::farm_scale
