// Which fixtures a test uses, and whether they make several tests of it. Pure.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_FIXTURES_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_FIXTURES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/class_order.h"

namespace fastest::discovery {

// The fixtures that one conftest file, one module or one class defines.
class FixtureLevel {
 public:
  struct Definition {
    const Function* function;
    // Defined in a class: its first argument is `self`.
    bool is_method;
    // Defined under a condition.
    bool conditional;
  };

  // All arguments must outlive the level. `origin` names the file in messages.
  static FixtureLevel OfFile(const File& file, std::string origin);
  // `types` are in order from the class to its ancestors.
  static FixtureLevel OfClass(const std::vector<ClassPlace>& types);

  const Definition* Find(std::string_view name) const;
  // Where `name` is imported from, if the level imports it; else null.
  const std::string* ImportOf(std::string_view name) const;
  const std::vector<std::string_view>& autouse() const { return autouse_; }
  const std::string& origin() const { return origin_; }

 private:
  void Add(const File& file, const std::vector<Binding>& bindings, bool is_method);

  absl::flat_hash_map<std::string_view, Definition> definitions_;
  absl::flat_hash_map<std::string_view, const std::string*> imports_;
  std::vector<std::string_view> autouse_;
  std::string origin_;
};

// What a test can see, from the outermost conftest file to its class.
using FixtureLevels = std::vector<const FixtureLevel*>;

struct FixtureClosure {
  // Every name that is asked for, directly or through other fixtures.
  std::vector<std::string_view> names;
  // The parametrized fixtures among them that count. In parallel, whether each is among the initial names.
  std::vector<const Fixture*> parametrized;
  std::vector<bool> parametrized_directly;
  // Why the result is uncertain.
  std::string open_reason;
};

// `initial` are the names asked for by the test itself, its marks and autouse. Names in `direct` get their values from
// parametrize(), so no fixture is looked up for them. Fixtures in `indirect` do not use their own params.
FixtureClosure CloseFixtures(const FixtureLevels& levels, const std::vector<std::string_view>& initial,
                             const std::vector<std::string_view>& direct,
                             const std::vector<std::string_view>& indirect);

// Whether it is a fixture of pytest itself or of a well-known plugin. None of these is parametrized.
bool IsKnownFixture(std::string_view name);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_FIXTURES_H_
