#include "coordinator/request/shard_request.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "coordinator/request/value_reader.h"

namespace fastest::request {
namespace {

constexpr Range kShards = {1, 10000, "a number from 1 to 10000"};

absl::Status ReadShard(const ValueReader& reader, ShardRequest& shard) {
  if (!reader.Has("--shard")) return absl::OkStatus();
  const std::pair<std::string, std::string> parts = absl::StrSplit(reader.Text("--shard"), absl::MaxSplits('/', 1));
  if (!absl::SimpleAtoi(parts.first, &shard.shard) || !absl::SimpleAtoi(parts.second, &shard.shards) ||
      shard.shard < 1 || shard.shards < shard.shard || shard.shards > kShards.most) {
    return reader.Wrong("--shard", "I/N is needed, with I from 1 to N, for instance 3/10");
  }
  return absl::OkStatus();
}

absl::Status ReadPlan(const ValueReader& reader, ShardRequest& shard) {
  shard.plan_file = reader.Path("--plan-file");
  shard.plan_out = reader.Path("--plan-out");
  if (reader.Has("--plan-file") && shard.shard == 0) {
    return absl::InvalidArgumentError("--plan-file is for --shard I/N: give both");
  }
  if (reader.Has("--shards") != reader.Has("--plan-out")) {
    return absl::InvalidArgumentError("--shards N and --plan-out FILE belong together: give both");
  }
  if (reader.Has("--shards") && shard.shard != 0) {
    return absl::InvalidArgumentError(
        "--shards makes a plan, --shard runs a part of a plan: give only one of the two options");
  }
  ASSIGN_OR_RETURN(shard.shards, reader.Number("--shards", shard.shards, kShards));
  return absl::OkStatus();
}

std::vector<std::string> ReadSelection(const options::CommandLine& line, const options::CommandLine& typed,
                                       bool keep_modules) {
  std::vector<std::string> selection = typed.paths;
  for (const char* option : {"-k", "-m", "--deselect", "--ignore", "--ignore-glob"}) {
    for (const std::string& value : line.All(option)) selection.push_back(absl::StrCat(option, "=", value));
  }
  if (keep_modules) selection.push_back("--order=pytest");
  return selection;
}

}  // namespace

absl::StatusOr<ShardRequest> ReadShardRequest(const options::CommandLine& line, const options::CommandLine& typed,
                                              const Invocation& invocation) {
  const ValueReader reader(line, invocation);
  ShardRequest shard;
  RETURN_IF_ERROR(ReadShard(reader, shard));
  RETURN_IF_ERROR(ReadPlan(reader, shard));
  shard.rerun_from = reader.Paths("--rerun-from");
  shard.keep_modules = reader.Text("--order") == "pytest";
  shard.selection = ReadSelection(line, typed, shard.keep_modules);
  return shard;
}

}  // namespace fastest::request
