// Runs the statements of one test. Pure.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_EVALUATE_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_EVALUATE_H_

#include <map>
#include <string>
#include <string_view>

#include "coordinator/constant_tests/accept.h"
#include "coordinator/constant_tests/value.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::constant_tests {

class Evaluation {
 public:
  // The test stands in `text`, which must outlive this object.
  explicit Evaluation(std::string_view text) : text_(text) {}

  // Whether the test is certain to pass. If not, it may fail, or its outcome is not known here.
  bool Passes(const TestFunction& test);

 private:
  std::string_view TextOf(discovery::Node node) const { return text_.substr(node.start(), node.end() - node.start()); }
  bool Run(discovery::Node statement);
  bool Assert(discovery::Node statement);
  bool Assign(discovery::Node assignment);
  Maybe Evaluate(discovery::Node expression);
  Maybe EvaluateKind(discovery::Node expression);
  Maybe Conditional(discovery::Node expression);
  Maybe Boolean(discovery::Node expression);
  Maybe Comparison(discovery::Node expression);
  Maybe Compare(std::string_view operation, const Value& left, const Value& right) const;
  Maybe Number(discovery::Node literal) const;
  Maybe Strings(discovery::Node strings) const;
  Maybe Display(discovery::Node display);
  Maybe Dictionary(discovery::Node display);
  Maybe Subscript(discovery::Node expression);
  Maybe Call(discovery::Node expression);

  const std::string_view text_;
  // Local variables.
  std::map<std::string, Value, std::less<>> names_;
  // How many expressions were evaluated so far.
  int steps_ = 0;
};

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_EVALUATE_H_
