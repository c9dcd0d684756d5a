#include "coordinator/discovery/rules/match_expression.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

bool Matches(const std::string& text, const std::set<std::string>& names) {
  const absl::StatusOr<MatchExpression> expression = MatchExpression::Parse(text);
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.status();
  return expression.ok() &&
         expression->Matches([&](std::string_view name) { return names.count(std::string(name)) > 0; });
}

TEST(MatchExpression, JoinsNames) {
  EXPECT_TRUE(Matches("a", {"a"}));
  EXPECT_FALSE(Matches("a", {"b"}));
  EXPECT_FALSE(Matches("a and b", {"a"}));
  EXPECT_TRUE(Matches("a or b", {"b"}));
  EXPECT_TRUE(Matches("not a", {}));
}

TEST(MatchExpression, BindsAsPythonDoes) {
  EXPECT_TRUE(Matches("a or b and c", {"a"}));
  EXPECT_FALSE(Matches("(a or b) and c", {"a"}));
  EXPECT_TRUE(Matches("not a and b", {"b"}));
  EXPECT_FALSE(Matches("not (a or b)", {"b"}));
  EXPECT_TRUE(Matches("not not a", {"a"}));
}

TEST(MatchExpression, TakesPartsOfNodeIds) {
  EXPECT_TRUE(Matches("test_a.py and x[1-b]", {"test_a.py", "x[1-b]"}));
  EXPECT_TRUE(Matches("a::b", {"a::b"}));
}

TEST(MatchExpression, RefusesWhatPytestRefuses) {
  for (const char* text : {"(", "a)", "a b", "and", "a or", "not", "(a", "a == b", "a;"}) {
    EXPECT_EQ(MatchExpression::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace fastest::discovery
