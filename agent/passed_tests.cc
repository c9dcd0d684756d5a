#include "agent/passed_tests.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace fastest::agent {
namespace {

constexpr size_t kSeparator = 2;  // "::"

void AddPhase(const char* when, double start, uint64_t ns, v1::TestResult* result) {
  v1::Phase* phase = result->add_phases();
  phase->set_when(when);
  phase->set_start(start);
  phase->set_duration_s(static_cast<double>(ns) / 1e9);
}

void MakeWhole(const v1::WorkerMessage::Passed& passed, const v1::TestRef& ref, v1::TestResult* result) {
  result->set_lease_id(passed.lease_id());
  *result->mutable_ref() = ref;
  result->set_outcome(v1::PASSED);
  result->set_engine("direct");
  const double call = passed.start() + static_cast<double>(passed.setup_ns()) / 1e9;
  AddPhase("setup", passed.start(), passed.setup_ns(), result);
  AddPhase("call", call, passed.call_ns(), result);
  AddPhase("teardown", call + static_cast<double>(passed.call_ns()) / 1e9, passed.teardown_ns(), result);
  const std::string& id = ref.node_id();
  const size_t path_end = std::min(id.find("::"), id.size());
  const size_t names = std::min(path_end + kSeparator, id.size());
  // Parameters may hold anything.
  const size_t names_end = std::min(id.find('[', names), id.size());
  result->set_location_path(id.substr(0, path_end));
  result->set_location_line(passed.line());
  std::string* domain = result->mutable_domain();
  *domain = id.substr(names, names_end - names);
  if (domain->find("::") != std::string::npos) absl::StrReplaceAll({{"::", "."}}, domain);
  domain->append(id, names_end, std::string::npos);
}

}  // namespace

absl::Status PassedTests::Take(v1::WorkerMessage* message) {
  if (message->has_collected()) {
    tests_[message->collected().lease_id()] = message->collected().tests();
  } else if (message->has_lease_done()) {
    tests_.erase(message->lease_done().lease_id());
  } else if (message->has_progress()) {
    v1::WorkerMessage::Progress* progress = message->mutable_progress();
    for (const v1::WorkerMessage::Passed& passed : progress->passed()) {
      const auto tests = tests_.find(passed.lease_id());
      if (tests == tests_.end() || passed.position() >= static_cast<uint32_t>(tests->second.size())) {
        return absl::InvalidArgumentError(
            absl::StrCat("lease ", passed.lease_id(), " has no test at ", passed.position()));
      }
      MakeWhole(passed, tests->second[static_cast<int>(passed.position())], progress->add_results());
    }
    progress->clear_passed();
  }
  return absl::OkStatus();
}

}  // namespace fastest::agent
