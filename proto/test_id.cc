#include "proto/test_id.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_replace.h"

namespace fastest {
namespace {

constexpr size_t kSeparator = sizeof("::") - 1;

}  // namespace

v1::TestRef TestId::ref() const {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  ref.set_index(index);
  return ref;
}

std::string_view ModuleOf(std::string_view node_id) { return node_id.substr(0, node_id.find("::")); }

const std::string& ShownId(const v1::TestResult& result) {
  return result.reported_id().empty() ? result.ref().node_id() : result.reported_id();
}

std::string SpelledDomain(std::string_view node_id) {
  const size_t names = std::min(ModuleOf(node_id).size() + kSeparator, node_id.size());
  // Parameters may hold anything.
  const size_t names_end = std::min(node_id.find('[', names), node_id.size());
  std::string domain(node_id.substr(names, names_end - names));
  if (domain.find("::") != std::string::npos) absl::StrReplaceAll({{"::", "."}}, &domain);
  domain.append(node_id.substr(names_end));
  return domain;
}

void SetSpelledPlace(int line, v1::TestResult* result) {
  const std::string& node_id = result->ref().node_id();
  result->set_location_path(std::string(ModuleOf(node_id)));
  result->set_location_line(line);
  result->set_domain(SpelledDomain(node_id));
}

}  // namespace fastest
