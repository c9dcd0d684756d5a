#include "coordinator/results/serialized_reports.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace fastest::results {
namespace {

// A Python tuple, in the form that the control session reads.
nlohmann::json Tuple(nlohmann::json items) { return {{"$tuple", std::move(items)}}; }

}  // namespace

std::string SerializedReports(const v1::TestResult& result) {
  nlohmann::json reports = nlohmann::json::array();
  const std::string& node_id = result.ref().node_id();
  const nlohmann::json line = result.location_line() < 0 ? nlohmann::json() : nlohmann::json(result.location_line());
  const nlohmann::json location = Tuple({result.location_path(), line, result.domain()});
  for (const v1::Phase& phase : result.phases()) {
    if (!phase.subtest().empty()) continue;
    nlohmann::json sections = nlohmann::json::array();
    for (const v1::Section& section : phase.sections()) sections.push_back(Tuple({section.name(), section.content()}));
    reports.push_back({{"$report_type", "TestReport"},
                       {"nodeid", node_id},
                       {"location", location},
                       {"keywords", nlohmann::json::object()},
                       {"outcome", phase.outcome().empty() ? "passed" : phase.outcome()},
                       {"longrepr", phase.longrepr().empty() ? nlohmann::json() : nlohmann::json(phase.longrepr())},
                       {"when", phase.when()},
                       {"sections", sections},
                       {"duration", phase.duration_s()},
                       {"start", phase.start()},
                       {"stop", phase.start() + phase.duration_s()},
                       {"user_properties", nlohmann::json::array()}});
  }
  nlohmann::json test = {{"nodeid", node_id}, {"location", location}, {"reports", reports}};
  if (!result.death().empty()) test["died"] = true;
  return test.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace fastest::results
