#include "coordinator/discovery/rules/parameter_ids.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::discovery {
namespace {

// More tests than this of one function are counted and not named.
constexpr int64_t kMaxIds = 200'000;

bool Contains(const std::vector<std::string_view>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Works out the ids of one function.
class IdBuilder {
 public:
  IdBuilder(const Function& function, const TestArguments& arguments, const TestContext& context)
      : function_(function), arguments_(arguments), context_(context) {}

  ParameterIds Run() {
    // The nearest marks first: the function's own, its class's, the module's.
    if (function_.decorated != nullptr) AddMarks(function_.decorated->marks);
    for (auto marks = context_.marks.rbegin(); marks != context_.marks.rend(); ++marks) AddMarks(**marks);
    for (const FixtureLevel* const level : context_.levels) {
      initial_.insert(initial_.end(), level->autouse().begin(), level->autouse().end());
    }
    initial_.insert(initial_.end(), context_.usefixtures.begin(), context_.usefixtures.end());
    initial_.insert(initial_.end(), arguments_.names.begin(), arguments_.names.end());
    if (function_.decorated != nullptr) Open(function_.decorated->open_reason);
    if (initial_.empty() && parametrize_.empty()) return std::move(result_);

    Open(arguments_.open_reason);
    for (const Parametrize* const parametrize : parametrize_) SortNames(*parametrize);
    const FixtureClosure closure = CloseFixtures(context_.levels, initial_, direct_, indirect_);
    Open(closure.open_reason);
    CheckNames(closure);
    AddFixtures(closure);
    for (const Parametrize* const parametrize : parametrize_) {
      // pytest groups the tests by such parameters, whatever the order of their definition.
      if (parametrize->wide_scope) Open("ordered by parameters of a wider scope");
      Multiply(parametrize->sets);
    }
    if (result_.open_reason.empty() && count_ > kMaxIds) Open("too many parameters");
    result_.count = static_cast<int>(std::min<int64_t>(count_, 1'000'000'000));
    if (!result_.open_reason.empty()) {
      result_.ids.clear();
    } else if (result_.parametrized) {
      BuildIds();
    }
    return std::move(result_);
  }

 private:
  void Open(const std::string& reason) {
    if (result_.open_reason.empty()) result_.open_reason = reason;
  }

  void AddMarks(const Marks& marks) {
    for (const Parametrize& parametrize : marks.parametrize) parametrize_.push_back(&parametrize);
    initial_.insert(initial_.end(), marks.usefixtures.begin(), marks.usefixtures.end());
  }

  void SortNames(const Parametrize& parametrize) {
    for (const std::string& name : parametrize.names) {
      const bool indirect =
          parametrize.all_indirect ||
          std::find(parametrize.indirect.begin(), parametrize.indirect.end(), name) != parametrize.indirect.end();
      if (Contains(direct_, name) || Contains(indirect_, name))
        result_.error = absl::StrCat("duplicate parametrization of ", name);
      if (name == "request") result_.error = "'request' can't be parametrized";
      (indirect ? indirect_ : direct_).push_back(name);
    }
  }

  // A name that nobody asks for is an error. Fixtures whose scope is wider than a function's order the tests.
  void CheckNames(const FixtureClosure& closure) {
    const bool names_certain = closure.open_reason.empty() && arguments_.open_reason.empty() &&
                               (function_.decorated == nullptr || function_.decorated->open_reason.empty());
    for (const Parametrize* const parametrize : parametrize_) {
      for (const std::string& name : parametrize->names) {
        if (Contains(closure.names, name)) continue;
        std::string reason = absl::StrCat("parametrizes ", name, ", which it doesn't use");
        (names_certain ? result_.error : result_.doubt) = std::move(reason);
      }
    }
    for (const std::string_view name : indirect_) {
      for (auto level = context_.levels.rbegin(); level != context_.levels.rend(); ++level) {
        const FixtureLevel::Definition* const definition = (*level)->Find(name);
        if (definition == nullptr) continue;
        if (!definition->function->decorated->fixture->function_scope) Open("ordered by parameters of a wider scope");
        break;
      }
    }
  }

  void AddFixtures(const FixtureClosure& closure) {
    const bool several = closure.parametrized.size() > 1;
    for (size_t i = 0; i < closure.parametrized.size(); ++i) {
      const Fixture* const fixture = closure.parametrized[i];
      // Those that the test itself asks for come in the order in which it asks. Where the others come is not the same in all
      // versions.
      if (several && !closure.parametrized_directly[i]) Open("several parametrized fixtures");
      if (!fixture->function_scope) Open("ordered by parameters of a wider scope");
      Multiply(fixture->params);
    }
  }

  void Multiply(const ParameterSets& sets) {
    result_.parametrized = true;
    result_.marked = result_.marked || sets.marked;
    result_.escaped = result_.escaped || sets.escaped;
    result_.suffixed = result_.suffixed || sets.suffixed;
    Open(sets.open_reason);
    factors_.push_back(&sets);
    count_ = std::min<int64_t>(count_ * std::max(1, sets.count), int64_t{1} << 40);
  }

  // The first factor varies slowest.
  void BuildIds() {
    std::vector<std::string> ids = {""};
    for (size_t i = 0; i < factors_.size(); ++i) {
      std::vector<std::string> longer;
      longer.reserve(ids.size() * factors_[i]->ids.size());
      for (const std::string& id : ids) {
        for (const std::string& part : factors_[i]->ids) longer.push_back(i == 0 ? part : absl::StrCat(id, "-", part));
      }
      ids = std::move(longer);
    }
    result_.ids = std::move(ids);
  }

  const Function& function_;
  const TestArguments& arguments_;
  const TestContext& context_;
  ParameterIds result_;
  std::vector<const Parametrize*> parametrize_;
  std::vector<const ParameterSets*> factors_;
  std::vector<std::string_view> initial_;
  std::vector<std::string_view> direct_;
  std::vector<std::string_view> indirect_;
  int64_t count_ = 1;
};

}  // namespace

TestArguments ArgumentsOf(const Function& function, bool is_method, int mocked) {
  TestArguments arguments;
  arguments.names.assign(function.arguments.begin(), function.arguments.end());
  if (function.odd_arguments) arguments.open_reason = "it has positional-only arguments";
  const Decorated* const decorated = function.decorated.get();
  const bool is_static = decorated != nullptr && decorated->is_static;
  const auto drop_front = [&arguments](size_t count) {
    arguments.names.erase(arguments.names.begin(), arguments.names.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                                 count, arguments.names.size())));
  };
  if (is_method && !is_static) drop_front(1);
  if (decorated == nullptr) {
    drop_front(static_cast<size_t>(mocked));
    return arguments;
  }
  drop_front(static_cast<size_t>(mocked + decorated->mocked));
  for (const std::string& given : decorated->given) {
    arguments.names.erase(std::remove(arguments.names.begin(), arguments.names.end(), std::string_view(given)),
                          arguments.names.end());
  }
  const size_t positional = std::min(static_cast<size_t>(decorated->given_positional), arguments.names.size());
  arguments.names.resize(arguments.names.size() - positional);
  return arguments;
}

ParameterIds IdsOf(const Function& function, const TestArguments& arguments, const TestContext& context) {
  return IdBuilder(function, arguments, context).Run();
}

}  // namespace fastest::discovery
