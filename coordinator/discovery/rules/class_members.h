// The members of a class among which pytest or unittest looks for tests.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_MEMBERS_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_MEMBERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/class_order.h"
#include "coordinator/discovery/rules/import_finder.h"

namespace fastest::discovery {

// A name of a module or class, and the file that binds it. Borrows both.
struct Member {
  const SourceFile* file;
  const Binding* binding;
};

// The members in the order in which pytest collects them: ancestors' first, each class's in the order of its
// definitions. What a class defines hides what it inherits.
std::vector<Member> MembersOf(const ClassOrder& order);

// The tests of a TestCase as unittest's loader finds them: what is callable and starts with "test", sorted by name;
// runTest if there is none.
std::vector<Member> TestCaseMembers(const ClassOrder& order);

// Whether a class `name` that inherits from an unknown class may hold tests, by its name, its bases' and its methods'
// (`python_functions` is the ini option). The unknown class may be a TestCase, whatever the class is called.
bool MayHoldTests(const Class& type, std::string_view name, const ClassOrder& order,
                  const std::vector<std::string>& python_functions);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_MEMBERS_H_
