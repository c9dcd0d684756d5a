#include "coordinator/results/ledger.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/exit_code.h"

namespace fastest::results {
namespace {

constexpr char kQuarantined[] = "quarantined";
constexpr char kUnexplained[] = "no worker reported it, and nobody said why";

// The category under which pytest counts a report. A plain pass comes without words (see v1::Phase), and pytest counts
// only the one of the call.
std::string CategoryOf(const v1::Phase& phase) {
  const bool plain = phase.category().empty() && phase.outcome().empty() && phase.subtest().empty();
  return plain && phase.when() == "call" ? "passed" : phase.category();
}

// The same for a result without reports. Only a test that killed its worker has none.
std::string CategoryOf(v1::Outcome outcome) {
  switch (outcome) {
    case v1::PASSED:
      return "passed";
    case v1::ERROR:
      return "error";
    case v1::SKIPPED:
      return "skipped";
    case v1::XFAILED:
      return "xfailed";
    case v1::XPASSED:
      return "xpassed";
    default:
      return "failed";
  }
}

std::string Disagreement(const std::string& what, const std::string& first, int64_t first_n, const std::string& second,
                         int64_t second_n) {
  if (first_n == second_n) {
    return absl::StrCat(what, ": ", first, " and ", second, " collected different tests, ", first_n, " each");
  }
  return absl::StrCat(what, ": ", first, " collected ", first_n, " tests, ", second, " collected ", second_n);
}

}  // namespace

Ledger::Ledger(StringTable& names, bool is_part) : names_(names), is_part_(is_part), empty_(names_.Intern("")) {}

void Ledger::Planned(const std::string& module, const std::vector<std::string>& exact_node_ids, bool whole) {
  modules_[module].whole = whole;
  std::vector<uint32_t>& planned = modules_[module].planned;
  planned.reserve(planned.size() + exact_node_ids.size());
  for (const std::string& id : exact_node_ids) planned.push_back(names_.Intern(id));
}

Ledger::Test& Ledger::Find(uint32_t node, uint32_t index, uint32_t module) {
  const auto [it, is_new] = by_ref_.try_emplace({node, index}, static_cast<uint32_t>(tests_.size()));
  if (is_new) tests_.push_back({node, index, module, empty_});
  return tests_[it->second];
}

bool Ledger::Enter(const v1::TestRef& ref, uint32_t module) {
  Test& test = Find(ref, module);
  // A worker has the test again, so an earlier reason no longer holds.
  test.why_not = empty_;
  return !std::exchange(test.collected, true);
}

void Ledger::Deselected(uint32_t n) {
  // Workers may say any number, again and again.
  const int64_t sum = int64_t{deselected_} + n;
  deselected_ = static_cast<int>(std::min<int64_t>(sum, std::numeric_limits<int>::max()));
  if (n > 0) counts_["deselected"] = deselected_;
}

void Ledger::WholeCollection(const std::string& worker, const v1::Collection& collection) {
  if (!whole_worker_.empty()) {
    if (collection.digest() != whole_digest_) {
      disagreements_.push_back(
          Disagreement("the whole run", whole_worker_, whole_size_, worker, collection.tests_size()));
    }
    return;
  }
  whole_worker_ = worker;
  whole_digest_ = collection.digest();
  whole_size_ = collection.tests_size();
  Deselected(collection.deselected());
  absl::flat_hash_map<std::string, uint32_t> times;
  for (const v1::CollectedTest& test : collection.tests()) {
    v1::TestRef ref;
    ref.set_node_id(test.node_id());
    ref.set_index(times[test.node_id()]++);
    if (Enter(ref, names_.Intern(test.module()))) ++modules_[test.module()].collected;
  }
}

void Ledger::Collected(const std::string& worker, const std::string& module,
                       const v1::WorkerMessage::Collected& collected) {
  const uint32_t number = names_.Intern(module);
  const auto& missing = collected.missing();
  if (!module.empty() &&
      std::any_of(missing.begin(), missing.end(), [&](const v1::TestRef& ref) { return ref.node_id() == module; })) {
    // A worker has named the module when it was ready, so there are tests.
    modules_not_run_.emplace(module, absl::StrCat(worker, " was given it and did not find it"));
    return;
  }
  uint32_t entered = 0;
  for (const v1::TestRef& ref : collected.tests()) entered += Enter(ref, number) ? 1 : 0;
  if (entered > 0) modules_[module].collected += entered;
  for (const v1::TestRef& ref : collected.missing()) {
    Test& test = Find(ref, number);
    if (!test.collected || test.reported) continue;
    test.why_not = names_.Intern(absl::StrCat(worker, " was given it and did not find it"));
  }
  if (!module.empty()) CompareModule(worker, module, collected);
}

void Ledger::CompareModule(const std::string& worker, const std::string& name,
                           const v1::WorkerMessage::Collected& collected) {
  Module& module = modules_[name];
  if (module.worker.empty()) {
    module.worker = worker;
    module.digest = collected.module_digest();
    module.selected = collected.module_selected();
    module.deselected = collected.module_deselected();
    Deselected(module.deselected);
    return;
  }
  if (collected.module_digest() == module.digest) return;
  if (!module.disagreeing.insert(worker).second) return;
  disagreements_.push_back(Disagreement(name, module.worker, module.selected, worker, collected.module_selected()));
}

bool Ledger::Reported(const v1::TestResult& result) {
  Test& test = Find(result.ref(), empty_);
  if (std::exchange(test.reported, true)) return false;
  const bool quarantined = !result.quarantined().empty();
  for (const v1::Phase& phase : result.phases()) {
    const bool failed = phase.outcome() == "failed" && !phase.xfail();
    const std::string category = failed && quarantined ? kQuarantined : CategoryOf(phase);
    if (!category.empty()) ++counts_[category];
    if (failed && !quarantined) ++failures_;
  }
  if (result.phases().empty()) {
    const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
    ++counts_[failed && quarantined ? kQuarantined : CategoryOf(result.outcome())];
    if (failed && !quarantined) ++failures_;
  }
  return true;
}

bool Ledger::CollectReported(const v1::CollectReport& report) {
  if (!collect_reports_.emplace(report.node_id(), report.outcome(), report.occurrence()).second) return false;
  if (report.outcome() == "failed") {
    ++counts_["error"];
    ++failures_;
    ++collect_errors_;
  } else if (report.outcome() == "skipped") {
    ++counts_["skipped"];
  }
  return true;
}

void Ledger::NotRun(const v1::TestRef& ref, const std::string& module, const std::string& reason) {
  Test& test = Find(ref, names_.Intern(module));
  if (!test.reported) test.why_not = names_.Intern(reason);
}

void Ledger::NotRun(const v1::Batch& batch, const std::string& reason, bool selects) {
  for (const v1::TestRef& ref : batch.tests()) NotRun(ref, batch.module(), reason);
  if (!batch.tests().empty()) return;
  const Module& module = modules_[batch.module()];
  if (!selects && KnowsIds(module)) {
    Foresee(module, batch, reason);
  } else {
    // Parts of a split module are one module.
    modules_not_run_.emplace(batch.module(), reason);
  }
}

bool Ledger::KnowsIds(const Module& module) const {
  // If anything was deselected, a hook of the project may do so in this module, too.
  if (module.planned.empty() || deselected_ > 0) return false;
  return module.worker.empty() || module.selected == module.planned.size();
}

void Ledger::Foresee(const Module& module, const v1::Batch& batch, const std::string& reason) {
  // By the rule of v1::Batch: a boundary that is not there makes an empty part.
  size_t begin = 0;
  size_t end = batch.boundaries().empty() ? module.planned.size() : 0;
  for (int part = 0; part < batch.boundaries_size(); ++part) {
    const uint32_t boundary = names_.Intern(batch.boundaries(part));
    const auto place = std::find(module.planned.begin(), module.planned.end(), boundary);
    const auto at = place == module.planned.end() ? end : static_cast<size_t>(place - module.planned.begin());
    begin = end;
    end = std::max(end, at);
    if (static_cast<uint32_t>(part) == batch.part()) break;
    if (part + 1 == batch.boundaries_size()) {
      begin = end;
      end = module.planned.size();
    }
  }
  std::set<std::pair<uint32_t, uint32_t>> except;
  for (const v1::TestRef& ref : batch.except()) except.emplace(names_.Intern(ref.node_id()), ref.index());
  const uint32_t number = names_.Intern(batch.module());
  const uint32_t why = names_.Intern(reason);
  absl::flat_hash_map<uint32_t, uint32_t> times;
  for (size_t place = 0; place < end; ++place) {
    const uint32_t node = module.planned[place];
    const uint32_t index = times[node]++;
    if (place < begin || except.count({node, index}) > 0) continue;
    Test& test = Find(node, index, number);
    if (test.reported) continue;
    test.foreseen = !test.collected;
    test.why_not = why;
  }
}

int Ledger::Uncollected(const Module& module) const {
  if (is_part_ || module.worker.empty()) return 0;
  return std::max(0, static_cast<int>(module.selected) - static_cast<int>(module.collected));
}

void Ledger::NotRunRest(const std::string& reason) {
  const uint32_t number = names_.Intern(reason);
  for (Test& test : tests_) {
    if (test.collected && !test.reported && test.why_not == empty_) test.why_not = number;
  }
}

void Ledger::AddWarnings(int n) {
  if (n > 0) counts_["warnings"] += n;
}

void Ledger::AddFlaky() { ++counts_["flaky"]; }

int Ledger::Withdrawn() const {
  const bool whole = !whole_worker_.empty();
  int withdrawn = 0;
  for (const auto& [name, module] : modules_) {
    // Parts that nobody collected may still hold their tests.
    if (!whole && (!module.whole || module.worker.empty() || module.collected < module.selected)) continue;
    int missing = 0;
    for (const uint32_t node : module.planned) {
      const auto it = by_ref_.find({node, 0});
      if (it == by_ref_.end() || !tests_[it->second].collected) ++missing;
    }
    // Discovery does not select, so what -k left out is not withdrawn.
    withdrawn += std::max(0, missing - static_cast<int>(module.deselected));
  }
  return whole ? std::max(0, withdrawn - deselected_) : withdrawn;
}

results::NotRun Ledger::NotRunOf(const Test& test, const std::string& reason) const {
  results::NotRun not_run;
  not_run.ref.set_node_id(names_[test.node]);
  not_run.ref.set_index(test.index);
  not_run.module = names_[test.module];
  not_run.reason = reason;
  return not_run;
}

Books Ledger::Close() const {
  Books books;
  books.deselected = deselected_;
  books.failures = failures_;
  books.disagreements = disagreements_;
  books.withdrawn = Withdrawn();
  bool explained = true;
  for (const Test& test : tests_) {
    books.collected += test.collected || test.foreseen ? 1 : 0;
    books.reported += test.reported ? 1 : 0;
    if (test.reported) {
      if (!test.collected && !test.foreseen) {
        books.disagreements.push_back(
            absl::StrCat(names_[test.node], ": a result came, but no worker had collected it"));
      }
    } else if (test.why_not != empty_) {
      books.not_run.push_back(NotRunOf(test, names_[test.why_not]));
    } else if (test.collected) {
      books.not_run.push_back(NotRunOf(test, kUnexplained));
      explained = false;
    }
  }
  for (const auto& [name, reason] : modules_not_run_) {
    const auto module = modules_.find(name);
    const int left = module == modules_.end() ? 0 : Uncollected(module->second);
    // A worker that collected the module knows of no more tests than leases had.
    const bool complete = !is_part_ && module != modules_.end() && !module->second.worker.empty() && left == 0;
    if (complete) continue;
    books.not_run.push_back({{}, name, reason, left});
    books.collected += left;
  }
  books.balanced = explained && books.disagreements.empty();
  return books;
}

ExitCode ExitFromBooks(const Books& books, bool stopped) {
  if (!books.balanced || (!stopped && !books.not_run.empty())) return kNotRun;
  if (books.failures > 0) return kTestsFailed;
  return books.collected == 0 ? kNoTestsCollected : kOk;
}

}  // namespace fastest::results
