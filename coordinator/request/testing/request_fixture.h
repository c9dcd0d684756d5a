// A command line, an environment and a project for tests of the readers.
#ifndef FASTEST_COORDINATOR_REQUEST_TESTING_REQUEST_FIXTURE_H_
#define FASTEST_COORDINATOR_REQUEST_TESTING_REQUEST_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

// A user u with 8 cores and no terminal, in his project. Tests change what they are about.
class RequestFixture : public testing::Test {
 protected:
  RequestFixture() {
    invocation_.directory = "/home/u/project";
    invocation_.cores = 8;
    invocation_.getenv = [this](const char* name) -> const char* {
      const auto it = environment_.find(name);
      return it == environment_.end() ? nullptr : it->second.c_str();
    };
    environment_["HOME"] = "/home/u";
    project_.rootdir = "/home/u/project";
  }

  static options::CommandLine Typed(const std::vector<std::string>& args) {
    absl::StatusOr<options::CommandLine> line = options::Parse(args);
    EXPECT_TRUE(line.ok()) << line.status();
    return line.ok() ? *std::move(line) : options::CommandLine();
  }

  template <typename Value>
  static Value Must(absl::StatusOr<Value> value) {
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? *std::move(value) : Value();
  }

  template <typename Value>
  static std::string ErrorOf(const absl::StatusOr<Value>& value) {
    return std::string(value.status().message());
  }

  std::map<std::string, std::string> environment_;
  Invocation invocation_;
  discovery::ProjectConfig project_;
};

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_TESTING_REQUEST_FIXTURE_H_
