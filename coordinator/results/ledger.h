// The run's books: what was planned, what the workers collected, what was reported. Counts every test exactly once, derives
// outcome counts and the exit code, and proves at the end that nothing was lost. Pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_RESULTS_LEDGER_H_
#define FASTEST_COORDINATOR_RESULTS_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/string_table.h"
#include "proto/exit_code.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::results {

// A test (or a whole module, if `ref` has an empty node id) that has no result, and why.
struct NotRun {
  v1::TestRef ref;
  std::string module;
  std::string reason;
};

struct Books {
  // Tests that workers said they would run.
  int collected = 0;
  int reported = 0;
  int deselected = 0;
  // Collected but without result, each with its reason; then modules that nobody collected. A test of which nobody said why it
  // has no result is here too (and is what unbalances the books).
  std::vector<NotRun> not_run;
  // Planned (by a test id that discovery held for exact) but not there. Says nothing of modules that were not collected to the end.
  int withdrawn = 0;
  // Two workers disagreed on what the run or a module holds, or a result came for a test that nobody had collected: a line
  // for a person that names them.
  std::vector<std::string> disagreements;
  // collected = reported + not run for a known reason, and no disagreement.
  bool balanced = false;
};

class Ledger {
 public:
  // `names`: the table of node ids, which must outlive the ledger; its own if null.
  explicit Ledger(StringTable* names = nullptr);

  // From discovery, for `withdrawn`.
  void Planned(const std::string& module, const std::vector<std::string>& exact_node_ids);
  // Whole collection: the first worker's tests go into the books; the others must agree.
  void WholeCollection(const std::string& worker, const v1::Collection& collection);
  // By module: what a lease will run. `module` is the batch's. A lease that hands on the rest of another names tests that are in the
  // books already: they are counted once.
  void Collected(const std::string& worker, const std::string& module, const v1::WorkerMessage::Collected& collected);
  // Returns false for a repetition (a test that has its result): the caller drops it.
  bool Reported(const v1::TestResult& result);
  // Returns false for a repetition (every worker imports every module and reports what fails): it is not counted.
  bool CollectReported(const v1::CollectReport& report);
  // Why `ref` (or the module, if the node id is empty) will not be run: worker lost, given up …. Has no effect on a test that
  // has its result.
  void NotRun(const v1::TestRef& ref, const std::string& module, const std::string& reason);
  // The same for every collected test that has neither result nor reason: what a stop left.
  void NotRunRest(const std::string& reason);

  // pytest's categories ("passed", "failed", "error", "skipped", "xfailed", "xpassed", "deselected", "warnings", plugins' own), by
  // report as pytest counts them: a test that passes and whose teardown fails counts as passed and as error.
  const std::map<std::string, int>& counts() const { return counts_; }
  void AddWarnings(int n);
  // A test that passed after it had failed; it is counted among the passed too.
  void AddFlaky();
  // Failures as --maxfail counts them: failed reports of tests and of collection.
  int failures() const { return failures_; }
  int collect_errors() const { return collect_errors_; }

  Books Close() const;
  // From the results alone: kNotRun if the books don't balance or tests stayed without result for another reason than a stop;
  // else 1 if anything failed, 5 if nothing was collected, 0 else. Interruption and internal errors are the caller's to know.
  ExitCode ExitFromResults(bool stopped) const;

 private:
  // There are as many of these as tests: texts are numbers in the table of names.
  struct Test {
    uint32_t node = 0;
    uint32_t index = 0;
    uint32_t module = 0;
    // Empty: nobody said why.
    uint32_t why_not = 0;
    bool collected = false;
    bool reported = false;
  };
  struct Module {
    std::vector<uint32_t> planned;
    // From the first worker that collected it; `worker` is empty until then.
    std::string worker;
    std::string digest;
    uint32_t selected = 0;
    uint32_t deselected = 0;
    // Tests of it in the books.
    uint32_t collected = 0;
    std::set<std::string> disagreeing;
  };

  Test& Find(uint32_t node, uint32_t index, uint32_t module);
  Test& Find(const v1::TestRef& ref, uint32_t module) {
    return Find(names_->Intern(ref.node_id()), ref.index(), module);
  }
  // Returns whether it is new to the books.
  bool Enter(const v1::TestRef& ref, uint32_t module);
  results::NotRun NotRunOf(const Test& test, const std::string& reason) const;
  void Deselected(uint32_t n);
  void CompareModule(const std::string& worker, const std::string& name, const v1::WorkerMessage::Collected& collected);
  int Withdrawn() const;

  std::unique_ptr<StringTable> own_names_;
  StringTable* const names_;
  const uint32_t empty_;
  // In the order in which they came.
  std::vector<Test> tests_;
  // Places in tests_ by node and index.
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> by_ref_;
  std::map<std::string, Module> modules_;
  // In whole collection: the first worker, empty until then, and what it found.
  std::string whole_worker_;
  std::string whole_digest_;
  int whole_size_ = 0;
  std::vector<results::NotRun> modules_not_run_;
  std::set<std::string> unrun_modules_;
  std::vector<std::string> disagreements_;
  // Node id, outcome, occurrence.
  std::set<std::tuple<std::string, std::string, uint32_t>> collect_reports_;
  std::map<std::string, int> counts_;
  int failures_ = 0;
  int collect_errors_ = 0;
  int deselected_ = 0;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_LEDGER_H_
