#include "benchmarks/farm_scale/suite.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::farm_scale {
namespace {

constexpr int kModulesPerPackage = 100;

}  // namespace

Suite::Suite(int tests_wanted, int per_module) : tests(tests_wanted) {
  for (int i = 0; i < per_module; ++i) names.push_back(absl::StrFormat("test_what_it_does_%03d", i));
  const int files = (tests + per_module - 1) / per_module;
  for (int i = 0; i < files; ++i) {
    modules.push_back(absl::StrFormat("tests/package_%03d/test_module_%05d.py", i / kModulesPerPackage, i));
  }
  in_last_module = tests - (files - 1) * per_module;
}

int Suite::TestsIn(const std::string& module) const {
  return module == modules.back() ? in_last_module : static_cast<int>(names.size());
}

absl::Status Suite::WriteTo(const std::string& folder) const {
  const auto write = [&](const std::string& path, const std::string& text) {
    const std::filesystem::path file = std::filesystem::path(folder) / path;
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::ofstream out(file);
    out << text;
    out.close();
    return out ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write ", file.string()));
  };
  absl::Status status = write("pytest.ini", "[pytest]\ntestpaths = tests\n");
  for (const std::string& module : modules) {
    std::string text;
    for (int i = 0; i < TestsIn(module); ++i) absl::StrAppend(&text, "def ", names[i], "():\n    pass\n\n\n");
    if (status.ok()) status = write(module, text);
  }
  return status;
}

}  // namespace fastest::farm_scale
