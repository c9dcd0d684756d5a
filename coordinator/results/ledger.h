// The run's books: what was planned, what the workers collected, what was reported. Counts every test exactly once, derives
// outcome counts and the exit code, and proves at the end that nothing was lost. Pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_RESULTS_LEDGER_H_
#define FASTEST_COORDINATOR_RESULTS_LEDGER_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::results {

// pytest's exit codes and our own two.
enum ExitCode {
  kOk = 0,
  kTestsFailed = 1,
  kInterrupted = 2,
  kInternalError = 3,
  kUsageError = 4,
  kNoTestsCollected = 5,
  kNotRun = 10,
};

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
  // Collected but without result, each with its reason.
  std::vector<NotRun> not_run;
  // Planned (by a test id that discovery held for exact) but not there.
  int withdrawn = 0;
  // Two workers disagreed on what a module holds: names the module and both.
  std::vector<std::string> disagreements;
  // collected = reported + not_run, and no disagreement.
  bool balanced = false;
};

class Ledger {
 public:
  // From discovery, for `withdrawn`.
  void Planned(const std::string& module, const std::vector<std::string>& exact_node_ids);
  // Whole collection: all tests at once.
  void WholeCollection(const std::string& worker, const v1::Collection& collection);
  // By module: what a lease will run. `module` is the batch's. A lease that hands on the rest of another
  // names tests that are in the books already: they are counted once.
  void Collected(const std::string& worker, const std::string& module, const v1::WorkerMessage::Collected& collected);
  // Returns false for a repetition (a test that has its result): the caller drops it.
  bool Reported(const v1::TestResult& result);
  void CollectReported(const v1::CollectReport& report);
  // Why `ref` will not be run (stopped by -x, worker lost, given up …). Has no effect on a test that has its result.
  void NotRun(const v1::TestRef& ref, const std::string& module, const std::string& reason);

  // pytest's categories ("passed", "failed", "error", "skipped", "xfailed", "xpassed", "deselected", "warnings", plugins' own), by report
  // as pytest counts them: a test that passes and whose teardown fails counts as passed and as error.
  const std::map<std::string, int>& counts() const;
  void AddWarnings(int n);
  // Failures as --maxfail counts them: failed reports of tests and of collection.
  int failures() const;
  int collect_errors() const;

  // Adds up. Call it when nothing more will come.
  Books Close() const;
  // From the results alone: 1 if anything failed, 5 if nothing was collected, 0 else; kNotRun if the books don't balance or
  // tests stayed without result for another reason than a stop. Interruption and internal errors are the caller's to know.
  ExitCode ExitFromResults(bool stopped) const;

 private:
  // A test of the books: collected, and perhaps reported or explained.
  struct Entry {
    std::string module;
    bool collected = false;
    bool reported = false;
    std::string not_run_reason;
  };
  struct Module {
    std::set<std::string> planned;
    std::string digest;
    std::string first_worker;
    bool deselected_counted = false;
  };
  Entry& Find(const v1::TestRef& ref);
  void AddDeselected(int n);

  // Index and node id → place in `entries_`, which keeps the order in which tests came into the books.
  std::unordered_map<std::string, size_t> by_ref_;
  std::vector<std::pair<v1::TestRef, Entry>> entries_;
  std::unordered_map<std::string, Module> modules_;
  std::vector<results::NotRun> modules_not_run_;
  std::vector<std::string> disagreements_;
  std::map<std::string, int> counts_;
  int deselected_ = 0;
  int failed_reports_ = 0;
  int collect_errors_ = 0;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_LEDGER_H_
