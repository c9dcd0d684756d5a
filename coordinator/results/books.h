// What became of a run's tests, in numbers and names. Plain values, which Ledger fills in.
#ifndef FASTEST_COORDINATOR_RESULTS_BOOKS_H_
#define FASTEST_COORDINATOR_RESULTS_BOOKS_H_

#include <string>
#include <vector>

#include "proto/test.pb.h"

namespace fastest::results {

// A test that has no result, and why. If `ref` has an empty node id: tests of `module` that nobody can name. If
// `module` is empty too: tests of modules that nobody had collected.
struct NotRun {
  v1::TestRef ref;
  std::string module;
  std::string reason;
  // How many tests that nobody can name; 0: not known.
  int tests = 0;
};

// How many tests were not run.
class NotRunCount {
 public:
  void Add(const NotRun& not_run);
  // Those that are named, and those of which the number is known.
  int tests() const { return tests_; }
  // "28 tests"; "at least 28 tests" if not even the number of some is known; "the tests of 2 files", or "tests that no
  // worker had collected", if of none.
  std::string Text() const;

 private:
  int tests_ = 0;
  // Entries of which not even the number of tests is known: of modules, and without one.
  int unknown_files_ = 0;
  bool unknown_rest_ = false;
};

// What follows the node id of an entry, or stands in its place: " (28 tests)", "28 tests", or nothing.
std::string NotRunSuffix(const NotRun& not_run);

struct Books {
  // Tests that workers said they would run; and those of `not_run` that no worker had collected, as far as their number
  // is known.
  int collected = 0;
  int reported = 0;
  int deselected = 0;
  // Tests that are known and have no result, each with its reason; then modules whose tests nobody can name. A test
  // whose reason nobody said is among them, and unbalances the books.
  std::vector<NotRun> not_run;
  // Tests that were planned and are not there. Discovery held their ids for exact, and their modules were collected to
  // the end.
  int withdrawn = 0;
  // A line for a person each time that two workers disagreed on what the run or a module holds, that a result came for
  // a test that nobody had collected, or that a part of a divided run is missing.
  std::vector<std::string> disagreements;
  // collected = reported + not run for a known reason, and no two sides disagree.
  bool balanced = false;
  // As Ledger::failures().
  int failures = 0;

  NotRunCount CountNotRun() const;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_BOOKS_H_
