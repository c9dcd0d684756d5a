#include "coordinator/discovery/rules/match_expression.h"

#include <cctype>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fastest::discovery {
namespace {

constexpr int kMaxDepth = 100;

bool IsNamePart(char c) {
  return isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0 ||
         std::string_view("_:+-.[]\\/").find(c) != std::string_view::npos;
}

}  // namespace

// Recursive descent. The operator that binds least tightly comes first.
class MatchExpression::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { Next(); }

  absl::Status Run(std::vector<Instruction>& program) {
    program_ = &program;
    if (token_.empty()) {
      program.push_back({Step::kFalse, ""});
      return absl::OkStatus();
    }
    Or(0);
    if (status_.ok() && !token_.empty()) Fail("end of input");
    return status_;
  }

 private:
  void Next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    size_t end = at_;
    if (end < text_.size() && !IsNamePart(text_[end])) {
      ++end;
    } else {
      while (end < text_.size() && IsNamePart(text_[end])) ++end;
    }
    token_ = text_.substr(at_, end - at_);
    at_ = end;
  }

  void Fail(std::string_view expected) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrCat("Wrong expression: ", std::string(text_), ": expected ",
                                                      std::string(expected), "; got ",
                                                      token_.empty() ? "end of input" : std::string(token_)));
  }

  void Or(int depth) {
    And(depth);
    while (status_.ok() && token_ == "or") {
      Next();
      And(depth);
      program_->push_back({Step::kOr, ""});
    }
  }

  void And(int depth) {
    Not(depth);
    while (status_.ok() && token_ == "and") {
      Next();
      Not(depth);
      program_->push_back({Step::kAnd, ""});
    }
  }

  void Not(int depth) {
    if (depth > kMaxDepth) return Fail("something less deep");
    if (token_ == "not") {
      Next();
      Not(depth + 1);
      program_->push_back({Step::kNot, ""});
    } else if (token_ == "(") {
      Next();
      Or(depth + 1);
      if (token_ != ")") return Fail("right parenthesis");
      Next();
    } else if (!token_.empty() && IsNamePart(token_[0]) && token_ != "and" && token_ != "or") {
      program_->push_back({Step::kName, std::string(token_)});
      Next();
      if (token_ == "(" && status_.ok()) status_ = absl::UnimplementedError("marks with arguments");
    } else {
      Fail("not OR left parenthesis OR identifier");
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view token_;
  absl::Status status_;
  std::vector<Instruction>* program_ = nullptr;
};

absl::StatusOr<MatchExpression> MatchExpression::Parse(std::string_view text) {
  MatchExpression expression;
  const absl::Status status = Parser(text).Run(expression.program_);
  if (!status.ok()) return status;
  return expression;
}

bool MatchExpression::Matches(const std::function<bool(std::string_view)>& is_there) const {
  std::vector<bool> stack;
  const auto pop = [&stack] {
    const bool top = stack.back();
    stack.pop_back();
    return top;
  };
  for (const Instruction& instruction : program_) {
    switch (instruction.step) {
      case Step::kName:
        stack.push_back(is_there(instruction.name));
        break;
      case Step::kFalse:
        stack.push_back(false);
        break;
      case Step::kNot:
        stack.push_back(!pop());
        break;
      case Step::kAnd: {
        const bool right = pop();
        stack.push_back(pop() && right);
        break;
      }
      case Step::kOr: {
        const bool right = pop();
        stack.push_back(pop() || right);
        break;
      }
    }
  }
  return stack.back();
}

}  // namespace fastest::discovery
