#include "coordinator/report/text/display_path.h"

#include <filesystem>

#include "proto/test_id.h"

namespace fastest::report {

std::string DisplayPath::Path(std::string_view path) const {
  const std::filesystem::path given(path);
  if (path.empty() || invocation_dir_.empty()) return std::string(path);
  if (given.is_relative() && (rootdir_.empty() || rootdir_ == invocation_dir_)) return std::string(path);
  const std::filesystem::path relative =
      (std::filesystem::path(rootdir_) / given).lexically_normal().lexically_relative(invocation_dir_);
  return relative.empty() ? std::string(path) : relative.string();
}

std::string DisplayPath::NodeId(std::string_view node_id) const {
  const std::string_view module = ModuleOf(node_id);
  return Path(module) + std::string(node_id.substr(module.size()));
}

std::string DisplayPath::Absolute(std::string_view path) const {
  const std::filesystem::path given(path);
  if (path.empty() || given.is_absolute() || rootdir_.empty()) return std::string(path);
  return (std::filesystem::path(rootdir_) / given).string();
}

}  // namespace fastest::report
