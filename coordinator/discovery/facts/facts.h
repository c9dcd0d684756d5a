// What one Python file says about its tests: plain values, a function of the file's bytes alone, so that they can be kept from
// run to run. What depends on the configuration, on conftest files or on other modules is decided from them later.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_FACTS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_FACTS_H_

#include <memory>
#include <string>
#include <vector>

namespace fastest::discovery {

// The sets of values of one parametrize() or of one fixture's params.
struct ParameterSets {
  // The part of the id that each set contributes. Empty if `open_reason` says why they are not known.
  std::vector<std::string> ids;
  // How many sets; an estimate if open, 1 where nothing is known.
  int count = 1;
  std::string open_reason;
  // pytest.param(…, marks=…) is among them: -m may take some sets and not others.
  bool marked = false;
  // Some id was changed by escaping, or by a suffix that tells it from its equals: ini options of pytest govern both.
  bool escaped = false;
  bool suffixed = false;
};

struct Parametrize {
  // Empty if they are not known.
  std::vector<std::string> names;
  ParameterSets sets;
  // Names whose values go to a fixture; all of them if `all_indirect`.
  std::vector<std::string> indirect;
  bool all_indirect = false;
  // Tests are ordered by these parameters: scope= is given and is not "function".
  bool wide_scope = false;
};

struct Marks {
  // Of all marks, for -m and -k.
  std::vector<std::string> names;
  // In the order in which pytest applies them: the decorator nearest to the function first.
  std::vector<Parametrize> parametrize;
  std::vector<std::string> usefixtures;
};

struct Fixture {
  // If not the function's own name.
  std::string name;
  bool autouse = false;
  bool parametrized = false;
  ParameterSets params;
  // Scope is "function" for certain.
  bool function_scope = true;
};

// What decorators make of a function.
struct Decorated {
  Marks marks;
  // Set if this is a fixture and no test.
  std::unique_ptr<Fixture> fixture;
  bool is_static = false;
  // Not callable any more: a property.
  bool not_callable = false;
  // How many leading arguments mock.patch fills.
  int mocked = 0;
  // Arguments that hypothesis fills: by name, and how many from the right.
  std::vector<std::string> given;
  int given_positional = 0;
  // A decorator that might do anything.
  std::string open_reason;
};

struct Function {
  int line = 0;
  bool yields = false;
  // An argument list on whose reading pytest's versions differ.
  bool odd_arguments = false;
  // Names that pytest asks fixtures for, `self` included.
  std::vector<std::string> arguments;
  // Null for a function without decorators.
  std::unique_ptr<Decorated> decorated;
};

enum class BindingKind : unsigned char {
  // `index` says which of File::functions or File::classes.
  kFunction,
  kClass,
  // `detail` is where it comes from: "unittest.TestCase", ".base.BaseTests"; "" if not certain.
  kImport,
  // Certainly neither a function nor a class.
  kValue,
  // May be anything; `detail` says what for a person: "assigned from make_test()".
  kUnknown,
};

// A name of a module or class. The order of bindings is that of the namespace's dictionary.
// Binding::index of an import that binds a module for certain: `import tests`.
constexpr int kModuleImport = -2;

struct Binding {
  std::string name;
  BindingKind kind = BindingKind::kValue;
  // The binding stands under a condition or may be overwritten under one.
  bool conditional = false;
  int index = -1;
  std::string detail;
};

// What `__test__` says.
enum class TestFlag : unsigned char { kUnset, kFalse, kTrue, kUnknown };

struct BaseClass {
  // Of File::classes, or -1: then `name` is all that is known, "unittest.TestCase" or "" for something computed.
  int local = -1;
  std::string name;
};

struct Class {
  int line = 0;
  std::string name;
  std::vector<BaseClass> bases;
  std::vector<Binding> bindings;
  Marks marks;
  TestFlag test_flag = TestFlag::kUnset;
  // A decorator gives it an __init__.
  bool has_generated_init = false;
  // How many mocks patches of the class hand to each of its methods.
  int mocked = 0;
  // Might be abstract, or is made by a metaclass, an unknown decorator …
  std::string open_reason;
};

// collect_ignore or collect_ignore_glob.
struct IgnoreList {
  bool is_set = false;
  std::vector<std::string> certain;
  // Added under a condition.
  std::vector<std::string> possible;
  // There may be others.
  bool computed = false;
};

struct File {
  std::vector<Binding> bindings;
  std::vector<Function> functions;
  std::vector<Class> classes;
  // pytestmark.
  Marks marks;
  TestFlag test_flag = TestFlag::kUnset;
  // Python refuses the file, or we can't read it; everything else is then empty.
  std::string unreadable;
  // Each test is uncertain: "pytestmark is computed".
  std::string open_reason;
  // There may be more tests than these, or the module may be skipped: "pytest.importorskip".
  std::vector<std::string> more_reasons;

  // Only conftest files have these.
  IgnoreList collect_ignore;
  IgnoreList collect_ignore_glob;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_FACTS_H_
