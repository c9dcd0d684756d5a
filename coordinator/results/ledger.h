// The run's books: what was planned, what the workers collected, what was reported. They count every test exactly once,
// give the outcome counts and the exit code, and prove at the end that nothing was lost. Pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_RESULTS_LEDGER_H_
#define FASTEST_COORDINATOR_RESULTS_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/string_table.h"
#include "coordinator/results/books.h"
#include "proto/exit_code.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::results {

// What the results alone come to. An interruption or an internal error is not in the books. The first that holds:
//   kNotRun            the books do not balance; or tests have no result, and no stop is the reason
//   kTestsFailed       anything failed
//   kNoTestsCollected  nothing was collected
//   kOk                otherwise
ExitCode ExitFromBooks(const Books& books, bool stopped);

class Ledger {
 public:
  // `names`: the run's table of node ids, which must outlive the ledger. `is_part`: the run is a part of another, so a
  // module may hold tests that are not this run's.
  explicit Ledger(StringTable& names, bool is_part = false);

  // From discovery: the tests of a module, to name those that nobody collects. `whole`: all of them are to be run here,
  // and those that are not there are `withdrawn`.
  void Planned(const std::string& module, const std::vector<std::string>& exact_node_ids, bool whole = true);
  // Whole collection. The first worker's tests go into the books, and the other workers must agree.
  void WholeCollection(const std::string& worker, const v1::Collection& collection);
  // Collection by module: what a lease of `module` will run. A lease that hands on the rest of another names tests that
  // are in the books already. They are counted once.
  void Collected(const std::string& worker, const std::string& module, const v1::WorkerMessage::Collected& collected);
  // False: the test has its result already, and the caller drops this one.
  bool Reported(const v1::TestResult& result);
  // False: it was reported already, and is not counted. Every worker imports every module, and reports what fails.
  bool CollectReported(const v1::CollectReport& report);
  // Why `ref` will not be run. No effect on a test that has its result.
  void NotRun(const v1::TestRef& ref, const std::string& module, const std::string& reason);
  // Why a batch will not be run. If the batch names no tests, they are those that discovery is sure of; or as many as
  // the module has left, by the word of a worker that collected it; or else a number that nobody knows. `selects`:
  // pytest leaves out tests (-k …), so discovery does not know which are to be run.
  void NotRun(const v1::Batch& batch, const std::string& reason, bool selects);
  // The same for what a stop left: every collected test that has neither a result nor a reason.
  void NotRunRest(const std::string& reason);

  // Reports by pytest's categories: "passed", "failed", "error", "skipped", "xfailed", "xpassed", "deselected",
  // "warnings", and those of plugins. As in pytest, a test that passes and whose teardown fails counts as passed and as
  // error.
  const std::map<std::string, int>& counts() const { return counts_; }
  void AddWarnings(int n);
  // A test that passed after it had failed. It is among the passed too.
  void AddFlaky();
  // Failures as --maxfail counts them: failed reports of tests and of collection.
  int failures() const { return failures_; }
  int collect_errors() const { return collect_errors_; }

  // The books as they stand. For the end of a run, once: this copies every test that has no result.
  Books Close() const;

 private:
  // There are as many of these as tests, so texts are numbers in the table of names.
  struct Test {
    uint32_t node = 0;
    uint32_t index = 0;
    uint32_t module = 0;
    // Empty: nobody said why.
    uint32_t why_not = 0;
    bool collected = false;
    bool reported = false;
    // Nobody collected the test, and discovery is sure of it.
    bool foreseen = false;
  };
  struct Module {
    std::vector<uint32_t> planned;
    // All of `planned` is to be run here.
    bool whole = false;
    // What the first worker that collected the module said. `worker` is empty until then.
    std::string worker;
    std::string digest;
    uint32_t selected = 0;
    uint32_t deselected = 0;
    // Tests of the module that are in the books.
    uint32_t collected = 0;
    std::set<std::string> disagreeing;
  };

  // Whether the ids of `module.planned` are those that workers would collect, as far as anybody has said.
  bool KnowsIds(const Module& module) const;
  // Enters the tests of `module.planned` that belong to the batch.
  void Foresee(const Module& module, const v1::Batch& batch, const std::string& reason);
  // Tests of the module that no lease had, if it is known how many there are; 0 if not.
  int Uncollected(const Module& module) const;
  Test& Find(uint32_t node, uint32_t index, uint32_t module);
  Test& Find(const v1::TestRef& ref, uint32_t module) {
    return Find(names_.Intern(ref.node_id()), ref.index(), module);
  }
  // Whether the test is new to the books.
  bool Enter(const v1::TestRef& ref, uint32_t module);
  results::NotRun NotRunOf(const Test& test, const std::string& reason) const;
  void Deselected(uint32_t n);
  void CompareModule(const std::string& worker, const std::string& name, const v1::WorkerMessage::Collected& collected);
  int Withdrawn() const;

  StringTable& names_;
  const bool is_part_;
  const uint32_t empty_;
  // In the order in which they came.
  std::vector<Test> tests_;
  // Places in tests_ by node and index.
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> by_ref_;
  std::map<std::string, Module> modules_;
  // In whole collection: the first worker (empty until then), and what it found.
  std::string whole_worker_;
  std::string whole_digest_;
  int whole_size_ = 0;
  // Modules with tests that nobody can name, and why those are not run.
  std::map<std::string, std::string> modules_not_run_;
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
