#include "coordinator/discovery/project/arguments.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/discovery/project/path.h"

namespace fastest::discovery {
namespace {

// Orders paths component by component.
bool PathLess(const std::string& left, const std::string& right) {
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
    return rank(a) < rank(b);
  });
}

bool Less(const Argument& left, const Argument& right) {
  if (left.path != right.path) return PathLess(left.path, right.path);
  if (left.names != right.names) return left.names < right.names;
  return left.parameters.value_or("") < right.parameters.value_or("");
}

bool IsPartOf(const Argument& inner, const Argument& outer) {
  if (inner.path != outer.path) return outer.names.empty() && IsWithin(inner.path, outer.path);
  if (outer.names.size() > inner.names.size() ||
      !std::equal(outer.names.begin(), outer.names.end(), inner.names.begin())) {
    return false;
  }
  return !outer.parameters.has_value() || outer.parameters == inner.parameters;
}

std::vector<Argument> WithoutOverlaps(std::vector<Argument> arguments) {
  std::vector<size_t> order(arguments.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return Less(arguments[a], arguments[b]); });
  // In sorted order, whatever contains an argument comes before it. So the argument kept last contains this one if any
  // does.
  std::vector<size_t> kept;
  for (const size_t index : order) {
    if (kept.empty() || !IsPartOf(arguments[index], arguments[kept.back()])) kept.push_back(index);
  }
  std::sort(kept.begin(), kept.end());
  std::vector<Argument> result;
  for (const size_t index : kept) result.push_back(std::move(arguments[index]));
  return result;
}

absl::StatusOr<Argument> Resolve(const std::string& invocation_dir, const std::string& text) {
  Argument argument;
  argument.text = text;
  const size_t bracket = text.find('[');
  const std::string base = text.substr(0, bracket);
  size_t at = base.find("::");
  const std::string path = base.substr(0, at);
  while (at != std::string::npos) {
    const size_t next = base.find("::", at + 2);
    argument.names.push_back(base.substr(at + 2, next == std::string::npos ? next : next - at - 2));
    at = next;
  }
  if (bracket != std::string::npos) {
    if (argument.names.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("path cannot contain [] parametrization: ", text));
    }
    argument.parameters = text.substr(bracket);
  }
  argument.path = AbsolutePath(invocation_dir, path);
  if (!PathExists(argument.path)) return absl::NotFoundError(absl::StrCat("file or directory not found: ", text));
  argument.is_directory = IsDirectory(argument.path);
  if (argument.is_directory && !argument.names.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("directory argument cannot contain :: selection parts: ", text));
  }
  return argument;
}

std::vector<std::string> TextsOf(const ProjectConfig& project, const DiscoveryOptions& options) {
  if (!options.args.empty()) return options.args;
  std::vector<std::string> texts;
  if (AbsolutePath("/", options.invocation_dir) == project.rootdir) {
    for (const std::string& pattern : project.testpaths) {
      const std::vector<std::string> found = Glob(options.invocation_dir, pattern);
      texts.insert(texts.end(), found.begin(), found.end());
    }
  }
  if (texts.empty()) texts.push_back(options.invocation_dir);
  return texts;
}

}  // namespace

bool Argument::Selects(std::string_view id, bool exact) const {
  for (const std::string& name : names) {
    if (id.substr(0, 2) != "::" || id.substr(2, name.size()) != name) return false;
    id.remove_prefix(2 + name.size());
    const bool last = &name == &names.back();
    if (!id.empty() && id.substr(0, 2) != "::" && (!last || id[0] != '[')) return false;
  }
  if (!parameters.has_value()) return true;
  return id == *parameters || (!exact && id.empty());
}

absl::StatusOr<std::vector<Argument>> ResolveArguments(const ProjectConfig& project, const DiscoveryOptions& options,
                                                       bool keep_duplicates) {
  std::vector<Argument> arguments;
  for (const std::string& text : TextsOf(project, options)) {
    ASSIGN_OR_RETURN(Argument argument, Resolve(options.invocation_dir, text));
    arguments.push_back(std::move(argument));
  }
  return keep_duplicates ? std::move(arguments) : WithoutOverlaps(std::move(arguments));
}

}  // namespace fastest::discovery
