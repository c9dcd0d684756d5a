// How reports show an outcome beyond its name (proto/outcome_name.h): by a letter, and by a label of a failure.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_OUTCOME_WORDS_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_OUTCOME_WORDS_H_

#include <string>

#include "proto/outcome_name.h"
#include "proto/test.pb.h"

namespace fastest::report {

// As in the HTML page's data: p passed, f failed, e error, s skipped, x xfailed, X xpassed, q a failure in quarantine.
inline char OutcomeLetter(const v1::TestResult& result) {
  if (!result.quarantined().empty()) return 'q';
  if (result.outcome() == v1::XPASSED) return 'X';
  return OutcomeName(result.outcome())[0];
}

// "new here: it did not fail before".
inline std::string LabelText(const v1::RedLabel& label) {
  const std::string& name = label.name();
  const char* const title = name == "new"           ? "new here"
                            : name == "red_on_base" ? "red before"
                            : name == "known_flaky" ? "known flaky"
                                                    : name.c_str();
  return std::string(title) + ": " + label.text();
}

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_OUTCOME_WORDS_H_
