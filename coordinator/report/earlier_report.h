// What an earlier run said of its tests, for a report that compares with it (--compare-with). Plain values.
#ifndef FASTEST_COORDINATOR_REPORT_EARLIER_REPORT_H_
#define FASTEST_COORDINATOR_REPORT_EARLIER_REPORT_H_

#include <map>
#include <string>
#include <utility>

namespace fastest::report {

struct EarlierReport {
  struct Test {
    // As in the data of the page: see OutcomeLetter.
    char outcome = '?';
    double seconds = 0;
  };
  // The name of its file. Empty: there is nothing to compare with.
  std::string name;
  // By node id.
  std::map<std::string, Test> tests;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_EARLIER_REPORT_H_
