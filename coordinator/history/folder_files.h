// The files of a store in a folder.
#ifndef FASTEST_COORDINATOR_HISTORY_FOLDER_FILES_H_
#define FASTEST_COORDINATOR_HISTORY_FOLDER_FILES_H_

#include <string>
#include <utility>
#include <vector>

#include "coordinator/history/files.h"

namespace fastest::history {

class FolderFiles final : public Files {
 public:
  // The folder is made when the first file is put.
  explicit FolderFiles(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<std::vector<std::string>> List() override;
  std::vector<absl::StatusOr<std::string>> Get(const std::vector<std::string>& names) override;
  // Writes the file beside its place, and renames it.
  absl::Status Put(const std::string& name, const std::string& bytes) override;
  absl::Status Remove(const std::vector<std::string>& names) override;
  // Removes files that were begun more than a day ago and not renamed.
  void Tidy() override;
  std::string PlaceOf(const std::string& name) const override;

 private:
  const std::string folder_;
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_FOLDER_FILES_H_
