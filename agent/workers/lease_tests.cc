#include "agent/workers/lease_tests.h"

#include <array>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fastest::agent {
namespace {

// How many numbers a short form has for a test that passed, and for a test that begins.
constexpr size_t kPassed = 7;
constexpr size_t kStarted = 3;

absl::Status NoSuchTest(uint64_t lease_id, uint64_t position) {
  return absl::InvalidArgumentError(absl::StrCat("lease ", lease_id, " has no test at ", position));
}

absl::Status NotItsLease(uint64_t lease_id) {
  return absl::InvalidArgumentError(absl::StrCat("it does not hold lease ", lease_id));
}

double Seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

absl::Status LeaseTests::Check(const v1::WorkerMessage& message) {
  if (message.has_progress()) return CheckProgress(message.progress());
  if (message.has_collected()) {
    const auto lease = leases_.find(message.collected().lease_id());
    if (lease == leases_.end() || lease->second.collected) return NotItsLease(message.collected().lease_id());
    lease->second.collected = true;
    lease->second.tests = message.collected().tests();
  } else if (message.has_lease_done()) {
    const uint64_t lease_id = message.lease_done().lease_id();
    if (leases_.erase(lease_id) == 0) return NotItsLease(lease_id);
    done_.insert(lease_id);
  } else if (message.has_returned()) {
    // The answer may cross the end of the lease.
    const uint64_t lease_id = message.returned().lease_id();
    if (leases_.count(lease_id) == 0 && done_.count(lease_id) == 0) return NotItsLease(lease_id);
    if (message.returned().whole() && leases_.erase(lease_id) > 0) done_.insert(lease_id);
  }
  return absl::OkStatus();
}

absl::Status LeaseTests::CheckProgress(const v1::WorkerMessage::Progress& progress) {
  for (const v1::TestResult& result : progress.results()) {
    if (absl::Status status = CheckTest(result.lease_id(), result.ref()); !status.ok()) return status;
  }
  for (const v1::WorkerMessage::Passed& passed : progress.passed()) {
    if (Find(passed.lease_id(), passed.position()) == nullptr) return NoSuchTest(passed.lease_id(), passed.position());
  }
  return progress.has_started() ? CheckTest(progress.started_lease_id(), progress.started()) : absl::OkStatus();
}

absl::Status LeaseTests::CheckTest(uint64_t lease_id, const v1::TestRef& test) {
  const auto found = leases_.find(lease_id);
  if (found == leases_.end()) return NotItsLease(lease_id);
  Lease& lease = found->second;
  // A test begins, ends, and the next one begins: mostly one look is enough.
  for (int step = 0; step < lease.tests.size(); ++step) {
    const int at = (lease.next + step) % lease.tests.size();
    if (lease.tests[at].index() != test.index() || lease.tests[at].node_id() != test.node_id()) continue;
    lease.next = at;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("lease ", lease_id, " has no test ", test.node_id()));
}

absl::Status LeaseTests::Read(absl::string_view short_form, v1::WorkerMessage::Progress* progress) const {
  std::array<uint64_t, kPassed + kStarted> numbers;
  size_t count = 0;
  bool is_wrong = short_form.size() < 2 || short_form.front() != '[' || short_form.back() != ']';
  if (!is_wrong) {
    for (const absl::string_view text : absl::StrSplit(short_form.substr(1, short_form.size() - 2), ',')) {
      is_wrong = count == numbers.size() || !absl::SimpleAtoi(text, &numbers[count++]);
      if (is_wrong) break;
    }
  }
  if (is_wrong || (count != kPassed && count != kStarted && count != numbers.size())) {
    return absl::InvalidArgumentError("no short form of a progress");
  }
  const uint64_t* next = numbers.data();
  if (count >= kPassed) {
    if (Find(next[0], next[1]) == nullptr) return NoSuchTest(next[0], next[1]);
    v1::WorkerMessage::Passed* passed = progress->add_passed();
    passed->set_lease_id(next[0]);
    passed->set_position(static_cast<uint32_t>(next[1]));
    passed->set_start(Seconds(next[2]));
    passed->set_setup_ns(next[3]);
    passed->set_call_ns(next[4]);
    passed->set_teardown_ns(next[5]);
    passed->set_line(static_cast<int32_t>(next[6]));
    next += kPassed;
    count -= kPassed;
  }
  if (count == kStarted) {
    const v1::TestRef* started = Find(next[0], next[1]);
    if (started == nullptr) return NoSuchTest(next[0], next[1]);
    progress->set_started_lease_id(next[0]);
    *progress->mutable_started() = *started;
    progress->set_started_at(Seconds(next[2]));
  }
  return absl::OkStatus();
}

const v1::TestRef* LeaseTests::Find(uint64_t lease_id, uint64_t position) const {
  const auto lease = leases_.find(lease_id);
  if (lease == leases_.end() || position >= static_cast<uint64_t>(lease->second.tests.size())) return nullptr;
  return &lease->second.tests[static_cast<int>(position)];
}

}  // namespace fastest::agent
