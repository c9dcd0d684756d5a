#include "coordinator/results/ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace fastest::results {
namespace {

constexpr char kUnexplained[] = "no worker reported it, and nobody said why";

// By what pytest counts a report. A plain pass comes without words (see v1::Phase): pytest counts that of the call alone.
std::string CategoryOf(const v1::Phase& phase) {
  const bool plain = phase.category().empty() && phase.outcome().empty() && phase.subtest().empty();
  return plain && phase.when() == "call" ? "passed" : phase.category();
}

// For a result without reports, which only a test that took its worker along can have.
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

void Ledger::Planned(const std::string& module, const std::vector<std::string>& exact_node_ids) {
  std::vector<std::string>& planned = modules_[module].planned;
  planned.insert(planned.end(), exact_node_ids.begin(), exact_node_ids.end());
}

Ledger::Test& Ledger::Find(const v1::TestRef& ref, const std::string& module) {
  auto [it, is_new] = by_ref_.try_emplace({ref.node_id(), ref.index()}, tests_.size());
  if (is_new) {
    tests_.emplace_back();
    tests_.back().ref = ref;
    tests_.back().module = module;
  }
  return tests_[it->second];
}

void Ledger::Enter(const v1::TestRef& ref, const std::string& module) {
  Test& test = Find(ref, module);
  // Somebody has it again, so what was said of it before no longer holds.
  test.why_not.clear();
  if (test.collected) return;
  test.collected = true;
  ++modules_[module].collected;
}

void Ledger::Deselected(uint32_t n) {
  deselected_ += static_cast<int>(n);
  if (n > 0) counts_["deselected"] += static_cast<int>(n);
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
    Enter(ref, test.module());
  }
}

void Ledger::Collected(const std::string& worker, const std::string& module,
                       const v1::WorkerMessage::Collected& collected) {
  for (const v1::TestRef& ref : collected.tests()) Enter(ref, module);
  for (const v1::TestRef& ref : collected.missing()) {
    Test& test = Find(ref, module);
    if (test.collected && !test.reported) test.why_not = absl::StrCat(worker, " was given it and did not find it");
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
  Test& test = Find(result.ref(), "");
  if (test.reported) return false;
  test.reported = true;
  for (const v1::Phase& phase : result.phases()) {
    const std::string category = CategoryOf(phase);
    if (!category.empty()) ++counts_[category];
    if (phase.outcome() == "failed" && !phase.xfail()) ++failures_;
  }
  if (result.phases().empty()) {
    ++counts_[CategoryOf(result.outcome())];
    if (result.outcome() == v1::FAILED || result.outcome() == v1::ERROR) ++failures_;
  }
  return true;
}

bool Ledger::CollectReported(const v1::CollectReport& report) {
  if (!collect_reports_.emplace(report.node_id(), report.outcome()).second) return false;
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
  if (ref.node_id().empty()) {
    // Parts of a split module are one module.
    if (unrun_modules_.insert(module).second) modules_not_run_.push_back({ref, module, reason});
    return;
  }
  Test& test = Find(ref, module);
  if (!test.reported) test.why_not = reason;
}

void Ledger::NotRunRest(const std::string& reason) {
  for (Test& test : tests_) {
    if (test.collected && !test.reported && test.why_not.empty()) test.why_not = reason;
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
    if (!whole && (module.worker.empty() || module.collected < module.selected)) continue;
    int missing = 0;
    for (const std::string& id : module.planned) {
      const auto it = by_ref_.find(std::pair<std::string, uint32_t>(id, 0));
      if (it == by_ref_.end() || !tests_[it->second].collected) ++missing;
    }
    // Discovery does not select: what -k left out is not withdrawn.
    withdrawn += std::max(0, missing - static_cast<int>(module.deselected));
  }
  return whole ? std::max(0, withdrawn - deselected_) : withdrawn;
}

Books Ledger::Close() const {
  Books books;
  books.deselected = deselected_;
  books.disagreements = disagreements_;
  books.withdrawn = Withdrawn();
  bool explained = true;
  for (const Test& test : tests_) {
    books.collected += test.collected ? 1 : 0;
    books.reported += test.reported ? 1 : 0;
    if (test.reported) {
      if (!test.collected) {
        books.disagreements.push_back(
            absl::StrCat(test.ref.node_id(), ": a result came, but no worker had collected it"));
      }
    } else if (!test.why_not.empty()) {
      books.not_run.push_back({test.ref, test.module, test.why_not});
    } else if (test.collected) {
      books.not_run.push_back({test.ref, test.module, kUnexplained});
      explained = false;
    }
  }
  books.not_run.insert(books.not_run.end(), modules_not_run_.begin(), modules_not_run_.end());
  books.balanced = explained && books.disagreements.empty();
  return books;
}

ExitCode Ledger::ExitFromResults(bool stopped) const {
  const Books books = Close();
  if (!books.balanced || (!stopped && !books.not_run.empty())) return kNotRun;
  if (failures_ > 0) return kTestsFailed;
  return books.collected == 0 ? kNoTestsCollected : kOk;
}

}  // namespace fastest::results
