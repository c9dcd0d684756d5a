#include "coordinator/python/coverage_data.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "coordinator/python/python_script.h"

namespace fastest::python {
namespace {

// Arguments: the target, then the files. Answers with an error; with nothing if all went well.
constexpr char kScript[] = R"py(
import os, sys, warnings
target, *files = sys.argv[1:]
def join():
    try:
        import coverage
    except ImportError:
        return f"{sys.executable} has no coverage.py: install it, or name another interpreter with --python"
    unfinished = target + ".part"
    data = coverage.Coverage(data_file=unfinished)
    with warnings.catch_warnings():
        # Of a file that can't be used coverage.py only warns.
        warnings.simplefilter("error")
        try:
            data.combine(data_paths=files, strict=True, keep=True)
            data.save()
            os.replace(unfinished, target)
        except (coverage.CoverageException, Warning, OSError) as error:
            return str(error)
        finally:
            del data
            if os.path.exists(unfinished):
                os.remove(unfinished)
    return ""
with os.fdopen(3, "w", encoding="utf-8", errors="backslashreplace") as answer:
    answer.write(join())
)py";

bool IsDataFile(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name == ".coverage" || (absl::StartsWith(name, ".coverage.") && !absl::EndsWith(name, ".part"));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CoverageFiles(const std::vector<std::string>& paths,
                                                       const std::string& target) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    // Files of events stand beside the folders. Their own reader says if one is not there.
    if (!std::filesystem::is_directory(path, error)) continue;
    for (auto entry = std::filesystem::recursive_directory_iterator(path, error);
         !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
      // What vanishes meanwhile, or is of no kind that is known, holds no data. If only one of two files can be looked
      // at, they are two files.
      std::error_code ignored;
      if (!entry->is_regular_file(ignored) || !IsDataFile(entry->path())) continue;
      if (!std::filesystem::equivalent(entry->path(), target, ignored)) files.push_back(entry->path().string());
    }
    // Data that cannot be reached must not be left out in silence.
    if (error) return absl::UnavailableError(absl::StrCat("--coverage-data: ", path, ": ", error.message()));
  }
  if (files.empty()) {
    return absl::NotFoundError(
        absl::StrCat("--coverage-data: there is no .coverage or .coverage.* file in ", absl::StrJoin(paths, ", ")));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status JoinCoverage(const std::string& python, const std::vector<std::string>& files, const std::string& target) {
  Question question;
  question.python.path = python;
  question.script = kScript;
  question.args = {target};
  question.args.insert(question.args.end(), files.begin(), files.end());
  question.task = "join coverage data";
  // Large files of many shards take long.
  question.limit = absl::Hours(1);
  ASSIGN_OR_RETURN(const std::string wrong, AskPython(question));
  return wrong.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrCat("--coverage-data: ", wrong));
}

}  // namespace fastest::python
