#include "coordinator/discovery/facts/decorators.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/call_arguments.h"

namespace fastest::discovery {
namespace {

constexpr int kMaxDepth = 8;

// Decorators that keep the test, its name and its arguments.
constexpr std::string_view kHarmless[] = {
    "freezegun.freeze_time",
    "hypothesis.assume",
    "hypothesis.example",
    "hypothesis.reproduce_failure",
    "hypothesis.seed",
    "hypothesis.settings",
    "pytest.hookimpl",
    "responses.activate",
    "time_machine.travel",
    "typing.final",
    "typing.no_type_check",
    "typing.override",
    "typing_extensions.override",
    "unittest.expectedFailure",
    "unittest.mock.patch.dict",
    "unittest.mock.patch.multiple",
    "unittest.skip",
    "unittest.skipIf",
    "unittest.skipUnless",
};

// Those that do something else to a class.
constexpr std::string_view kFunctionsOnly[] = {"freezegun.freeze_time", "responses.activate", "time_machine.travel"};

// Marks by which well-known plugins make several tests of one.
constexpr std::string_view kMultiplyingMarks[] = {"anyio", "parametrize_from_file", "repeat"};

template <size_t size>
bool Contains(const std::string_view (&list)[size], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

// "a, b" as pytest splits it.
std::vector<std::string> SplitNames(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view name = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const size_t first = name.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) continue;
    name = name.substr(first, name.find_last_not_of(" \t\n") - first + 1);
    names.emplace_back(name);
  }
  return names;
}

// The function of a call, or the expression itself if it is no call.
Node Called(Node expression) { return expression.is(Kind::kCall) ? expression[Field::kFunction] : expression; }

}  // namespace

IdSource DecoratorReader::ReadIds(Node expression) const {
  IdSource source;
  if (expression.is_null() || expression.is(Kind::kNone)) return source;
  if (std::optional<std::vector<Value>> ids = evaluator_.Elements(expression); ids.has_value()) {
    source.kind = IdSource::kList;
    source.ids = *std::move(ids);
  } else {
    source.kind = names_.Origin(expression) == "str" ? IdSource::kStr : IdSource::kUnknown;
  }
  return source;
}

ParameterSets DecoratorReader::ReadSets(const std::vector<std::string>& names, bool single, Node values,
                                        Node ids) const {
  std::optional<std::vector<Value>> elements = evaluator_.Elements(values);
  if (elements.has_value()) return MakeIds(names, single, *std::move(elements), ReadIds(ids));
  ParameterSets sets;
  sets.count = evaluator_.EstimateLength(values);
  sets.open_reason = "parametrize: the list of parameters is computed";
  return sets;
}

Parametrize DecoratorReader::ReadParametrize(Node list) const {
  Parametrize result;
  const CallArguments arguments = ReadArguments(list, evaluator_);
  const Node values = arguments.Find("argvalues", 1);
  const Value names = evaluator_.Evaluate(arguments.Find("argnames", 0));
  bool single = false;
  bool odd = arguments.has_splat;
  if (names.kind == ValueKind::kString) {
    result.names = SplitNames(names.text);
    single = result.names.size() == 1;
    // For pytest 9, "a," means a list of tuples. For pytest 7, it means a list of values.
    odd = odd || (single && names.text.find(',') != std::string::npos);
  } else if (names.kind == ValueKind::kSequence) {
    for (const Value& name : names.items) {
      odd = odd || name.kind != ValueKind::kString;
      result.names.push_back(name.text);
    }
  }
  const Node indirect = arguments.Find("indirect", 2);
  if (indirect.is(Kind::kTrue)) {
    result.all_indirect = true;
  } else if (!indirect.is_null() && !indirect.is(Kind::kFalse)) {
    const std::optional<std::vector<Value>> elements = evaluator_.Elements(indirect);
    odd = odd || !elements.has_value();
    for (size_t i = 0; elements.has_value() && i < elements->size(); ++i) {
      odd = odd || (*elements)[i].kind != ValueKind::kString;
      result.indirect.push_back((*elements)[i].text);
    }
  }
  const Node scope = arguments.Find("scope", 4);
  if (!scope.is_null() && !scope.is(Kind::kNone)) result.wide_scope = evaluator_.Evaluate(scope).text != "function";
  if (result.names.empty() || odd) {
    result.names.clear();
    result.sets.open_reason = "parametrize: its arguments are computed";
    if (!values.is_null()) result.sets.count = evaluator_.EstimateLength(values);
    return result;
  }
  result.sets = ReadSets(result.names, single, values, arguments.Find("ids", 3));
  return result;
}

std::string DecoratorReader::ReadMarkCall(const std::string& origin, Node arguments, Marks& marks) const {
  const std::string_view mark = std::string_view(origin).substr(std::string_view("pytest.mark.").size());
  marks.names.emplace_back(mark);
  if (mark == "parametrize") {
    if (!arguments.is_null()) marks.parametrize.push_back(ReadParametrize(arguments));
  } else if (mark == "usefixtures") {
    const CallArguments names = ReadArguments(arguments, evaluator_);
    for (const Node name : names.positional) {
      const Value value = evaluator_.Evaluate(name);
      if (value.kind != ValueKind::kString) return "usefixtures: a name is computed";
      marks.usefixtures.push_back(value.text);
    }
    if (names.has_splat) return "usefixtures: names are computed";
  } else if (Contains(kMultiplyingMarks, mark)) {
    return absl::StrCat("pytest.mark.", std::string(mark), " may make more of it");
  }
  return "";
}

std::string DecoratorReader::ReadMarks(Node expression, Marks& marks, int depth) const {
  if (depth >= kMaxDepth || expression.is_null()) return "marks are computed";
  if (expression.is(Kind::kParenthesized)) return ReadMarks(expression.FirstNamedChild(), marks, depth + 1);
  if (expression.is(Kind::kList) || expression.is(Kind::kTuple)) {
    std::string reason;
    ForEachChild(expression, [&](Node item) {
      reason = ReadMarks(item, marks, depth + 1);
      return reason.empty();
    });
    return reason;
  }
  const std::string origin = names_.Origin(Called(expression));
  if (absl::StartsWith(origin, "pytest.mark.")) return ReadMarkCall(origin, expression[Field::kArguments], marks);
  if (expression.is(Kind::kIdentifier)) {
    const Node constant = names_.Constant(evaluator_.TextOf(expression));
    if (!constant.is_null()) return ReadMarks(constant, marks, depth + 1);
  }
  return absl::StrCat("mark ", std::string(evaluator_.TextOf(Called(expression))), " is computed");
}

Fixture DecoratorReader::ReadFixture(Node list, std::string_view name) const {
  Fixture fixture;
  const CallArguments arguments = ReadArguments(list, evaluator_);
  const Node scope = arguments.Find("scope", 0);
  if (!scope.is_null()) fixture.function_scope = evaluator_.Evaluate(scope).text == "function";
  const Node autouse = arguments.Find("autouse", -1);
  fixture.autouse = !autouse.is_null() && !autouse.is(Kind::kFalse);
  const Value given_name = evaluator_.Evaluate(arguments.Find("name", -1));
  if (given_name.kind == ValueKind::kString) fixture.name = given_name.text;
  const Node params = arguments.Find("params", -1);
  if (!params.is_null() && !params.is(Kind::kNone)) {
    fixture.parametrized = true;
    const std::string shown(fixture.name.empty() ? name : fixture.name);
    fixture.params = ReadSets({shown}, /*single=*/true, params, arguments.Find("ids", -1));
    if (!fixture.params.open_reason.empty()) {
      fixture.params.open_reason = absl::StrCat("fixture ", shown, ": its parameters are computed");
    }
  }
  if (arguments.has_splat) {
    fixture.parametrized = true;
    fixture.autouse = true;
    fixture.params.open_reason = absl::StrCat("fixture ", std::string(name), ": its arguments are computed");
  }
  return fixture;
}

// patch() hands a mock to the function unless the call says what to put in place.
int DecoratorReader::MockedArguments(const std::string& origin, Node list) const {
  const CallArguments arguments = ReadArguments(list, evaluator_);
  const size_t targets = origin == "unittest.mock.patch.object" ? 2 : 1;
  return arguments.positional.size() <= targets && arguments.Find("new", -1).is_null() ? 1 : 0;
}

void DecoratorReader::ReadGiven(Node list, Decorated& decorated) const {
  const CallArguments arguments = ReadArguments(list, evaluator_);
  if (arguments.has_splat) decorated.open_reason = "hypothesis.given: its arguments are computed";
  decorated.given_positional = static_cast<int>(arguments.positional.size());
  for (const auto& [name, value] : arguments.named) decorated.given.emplace_back(name);
}

void DecoratorReader::ReadOne(Node expression, std::string_view name, int depth, Decorated& decorated) const {
  const Node called = Called(expression);
  const Node arguments = expression.is(Kind::kCall) ? expression[Field::kArguments] : Node();
  const std::string origin = names_.Origin(called);
  if (absl::StartsWith(origin, "pytest.mark.")) {
    const std::string reason = ReadMarkCall(origin, arguments, decorated.marks);
    if (decorated.open_reason.empty()) decorated.open_reason = reason;
  } else if (origin == "pytest.fixture" || origin == "pytest_asyncio.fixture" || origin == "pytest.yield_fixture") {
    decorated.fixture = std::make_unique<Fixture>(ReadFixture(arguments, name));
  } else if (origin == "staticmethod") {
    decorated.is_static = true;
  } else if (origin == "property" || origin == "functools.cached_property") {
    decorated.not_callable = true;
  } else if (origin == "unittest.mock.patch" || origin == "unittest.mock.patch.object") {
    decorated.mocked += MockedArguments(origin, arguments);
  } else if (origin == "hypothesis.given") {
    ReadGiven(arguments, decorated);
  } else if (origin == "classmethod" || Contains(kHarmless, origin)) {
    // The function stays as it was.
  } else if (origin == "abc.abstractmethod") {
    decorated.open_reason = "it is abstract";
  } else {
    const Node constant =
        expression.is(Kind::kIdentifier) && depth < kMaxDepth ? names_.Constant(evaluator_.TextOf(expression)) : Node();
    if (!constant.is_null()) return ReadOne(constant, name, depth + 1, decorated);
    if (decorated.open_reason.empty()) {
      decorated.open_reason = absl::StrCat("decorated with ", std::string(evaluator_.TextOf(called)));
    }
  }
}

Decorated DecoratorReader::ReadFunction(const std::vector<Node>& decorators, std::string_view name) const {
  Decorated decorated;
  for (auto decorator = decorators.rbegin(); decorator != decorators.rend(); ++decorator) {
    ReadOne(*decorator, name, 0, decorated);
  }
  return decorated;
}

void DecoratorReader::ReadClass(const std::vector<Node>& decorators, Class& target) const {
  for (auto decorator = decorators.rbegin(); decorator != decorators.rend(); ++decorator) {
    Decorated decorated;
    ReadOne(*decorator, target.name, 0, decorated);
    std::move(decorated.marks.names.begin(), decorated.marks.names.end(), std::back_inserter(target.marks.names));
    std::move(decorated.marks.parametrize.begin(), decorated.marks.parametrize.end(),
              std::back_inserter(target.marks.parametrize));
    std::move(decorated.marks.usefixtures.begin(), decorated.marks.usefixtures.end(),
              std::back_inserter(target.marks.usefixtures));
    const std::string origin = names_.Origin(Called(*decorator));
    if (origin == "dataclasses.dataclass" || origin == "attr.s" || origin == "attr.attrs" || origin == "attr.define" ||
        origin == "attrs.define" || origin == "attrs.frozen" || origin == "attr.frozen" || origin == "attr.dataclass") {
      // With init=False it has none. Then everything is open.
      const bool plain = !decorator->is(Kind::kCall) ||
                         ReadArguments((*decorator)[Field::kArguments], evaluator_).Find("init", -1).is_null();
      if (plain) {
        target.has_generated_init = true;
        continue;
      }
    }
    target.mocked += decorated.mocked;
    // A patch of a class copies inherited methods into it, in another order. What the other decorators do to a class
    // has not been examined.
    const bool is_patch = absl::StartsWith(origin, "unittest.mock.patch");
    if (is_patch ? !target.bases.empty() : Contains(kFunctionsOnly, origin)) {
      decorated.open_reason = absl::StrCat("decorated with ", origin);
    }
    if (decorated.not_callable || decorated.fixture != nullptr) decorated.open_reason = "decorated as no class is";
    if (target.open_reason.empty()) target.open_reason = decorated.open_reason;
  }
}

}  // namespace fastest::discovery
