// Paths and node ids as the user typed the command sees them: pytest keeps them relative to the rootdir and shows them relative
// to the directory in which it was called.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_DISPLAY_PATH_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_DISPLAY_PATH_H_

#include <string>
#include <string_view>

namespace fastest::report {

class DisplayPath {
 public:
  DisplayPath() = default;
  // Both absolute; where either is empty, paths stay as they are.
  DisplayPath(std::string rootdir, std::string invocation_dir)
      : rootdir_(std::move(rootdir)), invocation_dir_(std::move(invocation_dir)) {}

  // `path` is relative to the rootdir, or absolute.
  std::string Path(std::string_view path) const;
  std::string NodeId(std::string_view node_id) const;
  // `path` as an absolute one.
  std::string Absolute(std::string_view path) const;

 private:
  std::string rootdir_;
  std::string invocation_dir_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_DISPLAY_PATH_H_
