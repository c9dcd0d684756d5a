#include "coordinator/commands/runs/share.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "coordinator/shards/parts.h"

namespace fastest::commands {
namespace {

std::string Words(const std::vector<std::string>& words) {
  return words.empty() ? "without arguments" : absl::StrCat("with ", absl::StrJoin(words, " "));
}

absl::StatusOr<shards::ShardPlan> ReadPlan(const request::ShardRequest& request) {
  const std::string name = absl::StrCat("--plan-file ", request.plan_file, ": ");
  std::ifstream file(request.plan_file, std::ios::binary);
  if (!file) return absl::InvalidArgumentError(absl::StrCat(name, strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return absl::InvalidArgumentError(absl::StrCat(name, strerror(errno)));
  if (text.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(name, "it is empty: make a plan with --shards N --plan-out FILE"));
  }
  absl::StatusOr<shards::ShardPlan> plan = shards::ShardPlan::FromJson(text);
  if (!plan.ok()) return absl::InvalidArgumentError(absl::StrCat(name, std::string(plan.status().message())));
  if (plan->shards() != request.shards) {
    return absl::InvalidArgumentError(absl::StrCat("--shard ", request.shard, "/", request.shards, ": the plan in ",
                                                   request.plan_file, " has ", plan->shards(), " shards"));
  }
  if (plan->selection() != request.selection) {
    return absl::InvalidArgumentError(absl::StrCat(name, "the plan was made ", Words(plan->selection()),
                                                   ", and this run is ", Words(request.selection),
                                                   ": give the same paths, -k, -m, --deselect and --ignore to both"));
  }
  return plan;
}

// The whole suite without --shard.
shards::Share ShareOfSuite(const request::ShardRequest& request, std::optional<shards::ShardPlan> plan,
                           const std::vector<plan::ModuleEstimate>& modules) {
  if (request.shard == 0) return shards::Share();
  if (!plan.has_value()) {
    plan = shards::ShardPlan::Make(modules, request.shards, request.selection, request.keep_modules);
  }
  return shards::Share(*std::move(plan), request.shard);
}

// The earlier run must have divided its tests like this run.
absl::Status CheckSameDivision(const request::ShardRequest& request, const shards::Share& share,
                               const shards::Part& earlier) {
  const bool divided = earlier.start.shard.index > 0;
  if (divided != (request.shard > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("--rerun-from: ", earlier.path,
                                                   divided ? " comes from a run with shards: give the same --shard"
                                                           : " comes from a run without shards: leave out --shard"));
  }
  if (divided && earlier.start.shard.plan != share.plan().digest()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--rerun-from: ", earlier.path, " comes from a run with another plan (", earlier.start.shard.plan,
                     "; here ", share.plan().digest(), "): give the --plan-file of that run"));
  }
  return absl::OkStatus();
}

// Takes out of `share` what the earlier runs have settled.
absl::Status Settle(const request::ShardRequest& request, std::vector<shards::Part> parts, shards::Share& share) {
  if (parts.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckSameDivision(request, share, parts.front()));
  const auto of_other_shard = [&](const shards::Part& part) {
    return request.shard > 0 && part.shard() != request.shard;
  };
  // A shard that left no events has everything to do.
  parts.erase(std::remove_if(parts.begin(), parts.end(), of_other_shard), parts.end());
  share.Settle(shards::SettledBy(parts));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShareFiles> ReadShareFiles(const request::ShardRequest& request) {
  ShareFiles files;
  if (!request.plan_file.empty()) {
    ASSIGN_OR_RETURN(files.plan, ReadPlan(request));
  }
  if (!request.rerun_from.empty()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> paths, shards::EventFiles(request.rerun_from));
    ASSIGN_OR_RETURN(shards::Parts read, shards::ReadParts(paths));
    files.earlier = std::move(read.parts);
  }
  return files;
}

absl::StatusOr<shards::Share> ShareFor(const request::ShardRequest& request, ShareFiles files,
                                       const std::vector<plan::ModuleEstimate>& modules) {
  shards::Share share = ShareOfSuite(request, std::move(files.plan), modules);
  RETURN_IF_ERROR(Settle(request, std::move(files.earlier), share));
  return share;
}

}  // namespace fastest::commands
