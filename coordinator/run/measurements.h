// What a run measures for the history: the seconds of each test, and of set-up apart from them. Pure; not thread-safe.
//
// pytest tells only how long each test's set-up phase took. In that phase, the first test of a module or class on a
// worker pays for the fixtures of the module or class. So what it takes beyond the usual set-up of the module's tests
// is theirs. The very first test of a worker also pays for the session's fixtures, and says nothing about its module.
#ifndef FASTEST_COORDINATOR_RUN_MEASUREMENTS_H_
#define FASTEST_COORDINATOR_RUN_MEASUREMENTS_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/string_table.h"
#include "coordinator/history/history.h"
#include "proto/test.pb.h"

namespace fastest::run {

class Measurements {
 public:
  // `names`: the run's table of node ids. It must outlive this and everything that is taken from it.
  explicit Measurements(StringTable& names) : names_(names) {}

  // `worker` has made the items of `module` in so many seconds.
  void Collected(const std::string& module, double collect_s);
  // In the order in which `worker` ran the tests; `attempt` counts from 1. Results that pytest did not write (crash,
  // timeout) say nothing about a test's length.
  void Add(const std::string& worker, const std::string& module, const v1::TestResult& result, int position,
           int attempt = 1);

  struct Measured {
    std::vector<history::Observation> tests;
    // By module or class.
    std::unordered_map<std::string, double> setup_s;
  };
  // Everything that has not been taken yet. The node ids stand in the table of names.
  Measured Take();
  // In the midst of the run: everything about those modules of which enough is known to tell set-up from tests. The
  // rest, and what is yet to come, is for later.
  Measured TakeSettled();

 private:
  // There are as many of these as tests.
  struct Test {
    uint32_t node = 0;
    int position = 0;
    float setup_s = 0;
    float rest_s = 0;
    // It was the first test of its module on its worker; of its class; of all.
    bool opens_module = false;
    bool opens_class = false;
    bool opens_session = false;
    // See test_past.h.
    char outcome = history::kDidNotFail;
  };
  using Tests = std::vector<Test>;
  struct Last {
    std::string module;
    std::string scope;
  };

  // Adds what the tests of a module tell.
  void Tell(const std::string& module_name, const Tests& tests, Measured* measured);

  StringTable& names_;
  std::unordered_map<std::string, Tests> tests_;
  // Tests that tell no length.
  std::vector<history::Observation> unmeasured_;
  std::unordered_map<std::string, double> collect_s_;
  std::unordered_map<std::string, Last> last_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_MEASUREMENTS_H_
