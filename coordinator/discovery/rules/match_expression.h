// The expressions of -m and -k: names joined by and, or, not and parentheses.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_MATCH_EXPRESSION_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_MATCH_EXPRESSION_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::discovery {

// A parsed expression. Immutable; thread-safe.
class MatchExpression {
 public:
  // Errors: InvalidArgument if pytest refuses the text, Unimplemented for marks with arguments ("device(serial=1)").
  static absl::StatusOr<MatchExpression> Parse(std::string_view text);

  // `is_there` says whether a name of the expression applies.
  bool Matches(const std::function<bool(std::string_view)>& is_there) const;

 private:
  enum class Step : unsigned char { kName, kFalse, kNot, kAnd, kOr };
  struct Instruction {
    Step step;
    std::string name;
  };
  class Parser;

  // In the order of evaluation, on a stack.
  std::vector<Instruction> program_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_MATCH_EXPRESSION_H_
