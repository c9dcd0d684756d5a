// Which tests -m and -k select.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_TEST_SELECTION_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_TEST_SELECTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/match_expression.h"

namespace fastest::discovery {

// Immutable; thread-safe.
class TestSelection {
 public:
  TestSelection() = default;
  // Empty: the option is not given. An expression that cannot be understood deselects nothing; pytest will say what is
  // wrong.
  TestSelection(const std::string& marks, const std::string& keywords);

  bool has_marks() const { return marks_.has_value(); }
  bool has_keywords() const { return keywords_.has_value(); }
  // Why the selection is uncertain, or "".
  const std::string& open_reason() const { return open_reason_; }

  // `outer` are the marks of the module and classes around the test. `own` are those of its function (null: none).
  bool TakesMarks(const std::vector<const Marks*>& outer, const Marks* own) const;
  bool TakesKeywords(std::string_view node_id, const std::vector<const Marks*>& outer, const Marks* own) const;

 private:
  // Declared first, because reading the expressions may set it.
  std::string open_reason_;
  std::optional<MatchExpression> marks_;
  std::optional<MatchExpression> keywords_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_TEST_SELECTION_H_
