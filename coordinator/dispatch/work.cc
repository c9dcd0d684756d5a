#include "coordinator/dispatch/work.h"

#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fastest::dispatch {
namespace {

// Predictions come from a file that others write too.
double Sane(double seconds) { return std::isfinite(seconds) && seconds > 0 ? seconds : 0; }

}  // namespace

TestKey KeyOf(const v1::TestRef& ref, StringTable* names) { return {names->Intern(ref.node_id()), ref.index()}; }

v1::TestRef RefOf(TestKey key, const StringTable& names) {
  v1::TestRef ref;
  ref.set_node_id(names[key.node]);
  ref.set_index(key.index);
  return ref;
}

Work WorkOf(const v1::Batch& batch, const Cost& cost, StringTable* names) {
  Work work;
  work.module = names->Intern(batch.module());
  const size_t slash = batch.module().rfind('/');
  work.package = names->Intern(absl::string_view(batch.module()).substr(0, slash == std::string::npos ? 0 : slash));
  for (const std::string& boundary : batch.boundaries()) work.boundaries.push_back(names->Intern(boundary));
  work.part = batch.part();
  work.tests.reserve(static_cast<size_t>(batch.tests_size()));
  for (const v1::TestRef& ref : batch.tests()) work.tests.push_back(KeyOf(ref, names));
  for (const v1::TestRef& ref : batch.except()) work.except.push_back(KeyOf(ref, names));
  work.cost = {Sane(cost.predicted_s), Sane(cost.setup_s), cost.indivisible || batch.together(), cost.unit};
  return work;
}

v1::Batch BatchOf(const Work& work, const StringTable& names) {
  v1::Batch batch;
  batch.set_module(names[work.module]);
  for (const uint32_t boundary : work.boundaries) batch.add_boundaries(names[boundary]);
  batch.set_part(work.part);
  batch.set_together(work.cost.indivisible);
  for (const TestKey key : work.tests) *batch.add_tests() = RefOf(key, names);
  for (const TestKey key : work.except) *batch.add_except() = RefOf(key, names);
  return batch;
}

}  // namespace fastest::dispatch
