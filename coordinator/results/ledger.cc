#include "coordinator/results/ledger.h"

#include "absl/strings/str_cat.h"

namespace fastest::results {

Ledger::Entry& Ledger::Find(const v1::TestRef& ref) {
  const auto [it, fresh] = by_ref_.try_emplace(absl::StrCat(ref.index(), " ", ref.node_id()), entries_.size());
  if (fresh) entries_.emplace_back(ref, Entry());
  return entries_[it->second].second;
}

void Ledger::Planned(const std::string& module, const std::vector<std::string>& exact_node_ids) {
  modules_[module].planned.insert(exact_node_ids.begin(), exact_node_ids.end());
}

void Ledger::WholeCollection(const std::string& worker, const v1::Collection& collection) {
  Module& all = modules_[""];
  if (!all.first_worker.empty()) {
    // Every worker collects the whole; the first one's word is in the books.
    if (all.digest != collection.digest()) {
      disagreements_.push_back(absl::StrCat(all.first_worker, " and ", worker, " collected different tests"));
    }
    return;
  }
  all.first_worker = worker;
  all.digest = collection.digest();
  AddDeselected(static_cast<int>(collection.deselected()));
  std::unordered_map<std::string, uint32_t> seen;
  for (const v1::CollectedTest& test : collection.tests()) {
    v1::TestRef ref;
    ref.set_node_id(test.node_id());
    ref.set_index(seen[test.node_id()]++);
    Entry& entry = Find(ref);
    entry.collected = true;
    entry.module = test.module();
  }
}

void Ledger::Collected(const std::string& worker, const std::string& module,
                       const v1::WorkerMessage::Collected& collected) {
  Module& facts = modules_[module];
  if (facts.first_worker.empty()) {
    facts.first_worker = worker;
    facts.digest = collected.module_digest();
  } else if (facts.digest != collected.module_digest()) {
    disagreements_.push_back(
        absl::StrCat(facts.first_worker, " and ", worker, " collected different tests from ", module));
  }
  if (!facts.deselected_counted) {
    facts.deselected_counted = true;
    AddDeselected(static_cast<int>(collected.module_deselected()));
  }
  for (const v1::TestRef& ref : collected.tests()) {
    Entry& entry = Find(ref);
    entry.collected = true;
    entry.module = module;
    facts.planned.erase(ref.node_id());
  }
  // What one worker collected and another, asked to go on, doesn't find will have no result.
  for (const v1::TestRef& ref : collected.missing()) {
    NotRun(ref, module, absl::StrCat(worker, " did not find it when it collected ", module, " again"));
  }
}

bool Ledger::Reported(const v1::TestResult& result) {
  Entry& entry = Find(result.ref());
  if (entry.reported) return false;
  entry.reported = true;
  // The result of a test that killed its worker before `collected` arrived.
  entry.collected = true;
  for (const v1::Phase& phase : result.phases()) {
    // A call that simply passed comes without a status (test.proto, Phase).
    const bool plain_pass = phase.category().empty() && phase.outcome().empty() && phase.when() == "call";
    if (plain_pass && phase.subtest().empty()) ++counts_["passed"];
    if (!phase.category().empty()) ++counts_[phase.category()];
    if (phase.outcome() == "failed" && !phase.xfail()) ++failed_reports_;
  }
  return true;
}

void Ledger::CollectReported(const v1::CollectReport& report) {
  if (report.outcome() == "failed") {
    ++collect_errors_;
    ++counts_["error"];
  } else if (report.outcome() == "skipped") {
    ++counts_["skipped"];
  }
}

void Ledger::NotRun(const v1::TestRef& ref, const std::string& module, const std::string& reason) {
  if (ref.node_id().empty()) {
    modules_not_run_.push_back({ref, module, reason});
    return;
  }
  Entry& entry = Find(ref);
  entry.collected = true;
  if (entry.module.empty()) entry.module = module;
  if (!entry.reported && entry.not_run_reason.empty()) entry.not_run_reason = reason;
}

void Ledger::AddDeselected(int n) {
  deselected_ += n;
  if (n > 0) counts_["deselected"] += n;
}

const std::map<std::string, int>& Ledger::counts() const { return counts_; }

void Ledger::AddWarnings(int n) { counts_["warnings"] += n; }

int Ledger::failures() const { return failed_reports_ + collect_errors_; }

int Ledger::collect_errors() const { return collect_errors_; }

Books Ledger::Close() const {
  Books books;
  books.deselected = deselected_;
  books.disagreements = disagreements_;
  books.not_run = modules_not_run_;
  int unexplained = 0;
  for (const auto& [ref, entry] : entries_) {
    ++books.collected;
    if (entry.reported) {
      ++books.reported;
      continue;
    }
    const bool explained = !entry.not_run_reason.empty();
    if (!explained) ++unexplained;
    books.not_run.push_back({ref, entry.module, explained ? entry.not_run_reason : "no result came, for no known reason"});
  }
  for (const auto& [name, module] : modules_) {
    // A module that no worker has collected may still hold its tests.
    if (!module.first_worker.empty()) books.withdrawn += static_cast<int>(module.planned.size());
  }
  books.balanced = unexplained == 0 && disagreements_.empty();
  return books;
}

ExitCode Ledger::ExitFromResults(bool stopped) const {
  const Books books = Close();
  if (!books.disagreements.empty() || (!stopped && !books.not_run.empty())) return kNotRun;
  if (failures() > 0) return kTestsFailed;
  if (books.collected == 0) return kNoTestsCollected;
  return kOk;
}

}  // namespace fastest::results
