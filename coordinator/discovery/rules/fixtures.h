// Which fixtures a test uses, and whether they make several tests of it.
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
    // In a class: its first argument is `self`.
    bool is_method;
    // Defined under a condition.
    bool conditional;
  };

  // All that is given must outlive the level. `origin` names the file for messages.
  static FixtureLevel OfFile(const File& file, std::string origin);
  // `types` from the class to its ancestors.
  static FixtureLevel OfClass(const std::vector<ClassPlace>& types);

  const Definition* Find(std::string_view name) const;
  // Where `name` is imported from, if it is an import of this level; else null.
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

// What is visible to a test, from the outermost conftest file to its class.
using FixtureLevels = std::vector<const FixtureLevel*>;

struct FixtureClosure {
  // Every name that is asked for, directly or through other fixtures.
  std::vector<std::string_view> names;
  // The parametrized ones among them that count, and whether they are among the initial names.
  std::vector<const Fixture*> parametrized;
  std::vector<bool> parametrized_directly;
  // Why that is not certain.
  std::string open_reason;
};

// `initial` are the names asked for by the test itself, its marks and autouse. Names in `direct` get their values from
// parametrize() and no fixture is looked up for them; those in `indirect` do not take their fixture's own params.
FixtureClosure CloseFixtures(const FixtureLevels& levels, const std::vector<std::string_view>& initial,
                             const std::vector<std::string_view>& direct,
                             const std::vector<std::string_view>& indirect);

// True for fixtures of pytest itself and of well-known plugins: none of them is parametrized.
bool IsKnownFixture(std::string_view name);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_FIXTURES_H_
