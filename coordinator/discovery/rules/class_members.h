// The members of a class among which pytest or unittest looks for tests. Pure.
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

// The members in pytest's order of collection: those of ancestors first, and those of each class in the order of their
// definitions. What a class defines hides what it inherits.
std::vector<Member> MembersOf(const ClassOrder& order);

// The tests of a TestCase as unittest's loader finds them: callables whose names start with "test", sorted by name. If
// there are none, runTest.
std::vector<Member> TestCaseMembers(const ClassOrder& order);

// Whether the class `name`, which inherits from an unknown class, may hold tests. Its own name, the names of its bases
// and those of its methods decide (`python_functions` is the ini option). The unknown class may be a TestCase, whatever
// the class is called.
bool MayHoldTests(const Class& type, std::string_view name, const ClassOrder& order,
                  const std::vector<std::string>& python_functions);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_MEMBERS_H_
