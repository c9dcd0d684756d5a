// What one Python file says about its tests. Facts are plain values that depend on the bytes of the file alone, so they
// can be kept between runs. What depends on the configuration, on conftest files or on other modules is decided later.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_FACTS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_FACTS_H_

#include <memory>
#include <string>
#include <vector>

namespace fastest::discovery {

// The sets of values of one parametrize(), or of the params of one fixture.
struct ParameterSets {
  // The part that each set contributes to the id. Empty if `open_reason` says why the parts are not known.
  std::vector<std::string> ids;
  // The number of sets. An estimate if open, 1 if nothing is known.
  int count = 1;
  std::string open_reason;
  // One of the sets is pytest.param(…, marks=…). So -m may take some sets and not others.
  bool marked = false;
  // An id was changed by escaping, or by a suffix that distinguishes it from equal ids. ini options of pytest govern
  // both.
  bool escaped = false;
  bool suffixed = false;
};

struct Parametrize {
  // Empty if the names are not known.
  std::vector<std::string> names;
  ParameterSets sets;
  // Names whose values go to a fixture. With `all_indirect`, all names.
  std::vector<std::string> indirect;
  bool all_indirect = false;
  // The parameters determine the order of tests: scope= is given and is not "function".
  bool wide_scope = false;
};

struct Marks {
  // Names of all marks, for -m and -k.
  std::vector<std::string> names;
  // In the order in which pytest applies them: the decorator nearest to the function comes first.
  std::vector<Parametrize> parametrize;
  std::vector<std::string> usefixtures;
};

struct Fixture {
  // Empty if it is the function's own name.
  std::string name;
  bool autouse = false;
  bool parametrized = false;
  ParameterSets params;
  // The scope is certainly "function".
  bool function_scope = true;
};

// What the decorators do to a function.
struct Decorated {
  Marks marks;
  // Set if the function is a fixture and not a test.
  std::unique_ptr<Fixture> fixture;
  bool is_static = false;
  // The result cannot be called: a property.
  bool not_callable = false;
  // The number of leading arguments that mock.patch fills.
  int mocked = 0;
  // Arguments that hypothesis fills: by name, and how many from the right.
  std::vector<std::string> given;
  int given_positional = 0;
  // Set if a decorator might do anything.
  std::string open_reason;
};

struct Function {
  int line = 0;
  bool yields = false;
  // pytest's versions read the argument list differently.
  bool odd_arguments = false;
  // Names for which pytest looks for fixtures, with `self`.
  std::vector<std::string> arguments;
  // Null if the function has no decorators.
  std::unique_ptr<Decorated> decorated;
};

enum class BindingKind : unsigned char {
  // `index` is the place in File::functions or File::classes.
  kFunction,
  kClass,
  // `detail` is where it comes from: "unittest.TestCase", ".base.BaseTests". Empty if that is not certain.
  kImport,
  // Certainly neither a function nor a class.
  kValue,
  // It may be anything. `detail` says what, for a person: "assigned from make_test()".
  kUnknown,
};

// Binding::index of an import that certainly binds a module: `import tests`.
constexpr int kModuleImport = -2;

// A name of a module or class. Bindings are in the order of the namespace's dictionary.
struct Binding {
  std::string name;
  BindingKind kind = BindingKind::kValue;
  // The binding stands under a condition, or may be overwritten under one.
  bool conditional = false;
  int index = -1;
  std::string detail;
};

// What `__test__` says.
enum class TestFlag : unsigned char { kUnset, kFalse, kTrue, kUnknown };

struct BaseClass {
  // The place in File::classes. If it is -1, only `name` is known: "unittest.TestCase", or "" if the base is computed.
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
  // A decorator adds an __init__.
  bool has_generated_init = false;
  // The number of mocks that patches of the class hand to each method.
  int mocked = 0;
  // The class might be abstract, or a metaclass or an unknown decorator makes it …
  std::string open_reason;
};

// collect_ignore or collect_ignore_glob.
struct IgnoreList {
  bool is_set = false;
  std::vector<std::string> certain;
  // Added under a condition.
  std::vector<std::string> possible;
  // There may be more.
  bool computed = false;
};

struct File {
  std::vector<Binding> bindings;
  std::vector<Function> functions;
  std::vector<Class> classes;
  // pytestmark of the module.
  Marks marks;
  TestFlag test_flag = TestFlag::kUnset;
  // Python refuses the file, or we cannot read it. Everything else is then empty.
  std::string unreadable;
  // Every test is uncertain: "pytestmark is computed".
  std::string open_reason;
  // There may be more tests than these, or the module may be skipped: "pytest.importorskip".
  std::vector<std::string> more_reasons;

  // Only conftest files have these.
  IgnoreList collect_ignore;
  IgnoreList collect_ignore_glob;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_FACTS_H_
