#include "coordinator/request/request.h"

#include "base/status_macros.h"
#include "coordinator/options/addopts.h"
#include "coordinator/request/discovery_request.h"
#include "coordinator/request/named_files.h"
#include "coordinator/request/session.h"

namespace fastest::request {
namespace {

// The workers of a farm are never the run's only session, so there are more slots than one. The agents say how many.
constexpr int kSomeSlots = 2;

void Tell(const std::string& note, Request& request) {
  if (!note.empty()) request.notes.push_back(note);
}

}  // namespace

absl::StatusOr<Request> MakeRequest(const options::CommandLine& typed, const discovery::ProjectConfig& project,
                                    const Invocation& invocation) {
  Request request;
  ASSIGN_OR_RETURN(request.discovery, ReadDiscoveryOptions(typed, project, invocation));
  ASSIGN_OR_RETURN(const options::CommandLine line,
                   options::WithAddopts(typed, project.addopts, request.discovery.environment_words));
  RETURN_IF_ERROR(NamedFiles(line, invocation).CheckApart());
  ASSIGN_OR_RETURN(request.run, ReadRunRequest(line, typed, project, invocation));
  Tell(request.run.note, request);
  ASSIGN_OR_RETURN(request.farm, ReadFarmRequest(line, project, invocation));
  Tell(request.farm.note, request);
  if (request.farm.used()) request.run.options.slots = kSomeSlots;
  ASSIGN_OR_RETURN(request.warm, ReadWarmRequest(line, invocation, request.farm.used()));
  Tell(request.warm.note, request);
  ASSIGN_OR_RETURN(request.shard, ReadShardRequest(line, typed, invocation));
  ChooseSession(line, project, invocation, request);
  ASSIGN_OR_RETURN(request.report, ReadReportRequest(line, invocation));
  request.run.options.junit_xml = !request.report.File("--junitxml").empty();
  // pytest, which has called, writes this report.
  if (!request.run.options.controller.empty()) request.report.files.erase("--junitxml");
  ASSIGN_OR_RETURN(request.history, ReadHistoryRequest(line, project, invocation));
  return request;
}

}  // namespace fastest::request
