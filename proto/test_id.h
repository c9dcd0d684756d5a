// Which test. A node id alone does not say: tests may share one ("test_a.py::test_x" defined twice), and are told apart
// by their index among those of the same node id.
#ifndef FASTEST_PROTO_TEST_ID_H_
#define FASTEST_PROTO_TEST_ID_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "proto/test.pb.h"

namespace fastest {

// Ordered by node id as bytes, then by index. A plain value.
struct TestId {
  std::string node_id;
  uint32_t index = 0;

  TestId() = default;
  TestId(std::string id, uint32_t number) : node_id(std::move(id)), index(number) {}
  explicit TestId(const v1::TestRef& ref) : node_id(ref.node_id()), index(ref.index()) {}

  v1::TestRef ref() const;
  bool operator==(const TestId& other) const { return index == other.index && node_id == other.node_id; }
  bool operator!=(const TestId& other) const { return !(*this == other); }
  bool operator<(const TestId& other) const { return std::tie(node_id, index) < std::tie(other.node_id, other.index); }
  template <typename H>
  friend H AbslHashValue(H h, const TestId& id) {
    return H::combine(std::move(h), id.node_id, id.index);
  }
};

// The part of a node id before the first "::": the module's own node id, which is its path. A view into `node_id`.
std::string_view ModuleOf(std::string_view node_id);

// The node id by which reports name the test.
const std::string& ShownId(const v1::TestResult& result);

// What a node id spells behind its module, as the domain of pytest's report.location has it:
// "test_a.py::TestB::test_c[x::y]" gives "TestB.test_c[x::y]". Empty for a module.
std::string SpelledDomain(std::string_view node_id);

// Sets the place of `result` to the one that its node id spells, and to `line`, from 0 (negative: unknown).
// Most tests are at that place; others are defined in another file, or have a class that hides its name.
void SetSpelledPlace(int line, v1::TestResult* result);

}  // namespace fastest

#endif  // FASTEST_PROTO_TEST_ID_H_
