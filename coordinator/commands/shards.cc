#include "coordinator/commands/shards.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/shards/parts.h"

namespace fastest::commands {
namespace {

std::string Words(const std::vector<std::string>& words) {
  return words.empty() ? "without arguments" : absl::StrCat("with ", absl::StrJoin(words, " "));
}

absl::StatusOr<shards::ShardPlan> ReadPlan(const request::ShardOptions& options) {
  const std::string name = absl::StrCat("--plan-file ", options.plan_file, ": ");
  std::ifstream file(options.plan_file, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return absl::InvalidArgumentError(absl::StrCat(name, strerror(errno)));
  absl::StatusOr<shards::ShardPlan> plan = shards::ShardPlan::FromJson(text.str());
  if (!plan.ok()) return absl::InvalidArgumentError(absl::StrCat(name, std::string(plan.status().message())));
  if (plan->shards() != options.shards) {
    return absl::InvalidArgumentError(absl::StrCat("--shard ", options.shard, "/", options.shards, ": the plan in ",
                                                   options.plan_file, " has ", plan->shards(), " shards"));
  }
  if (plan->selection() != options.selection) {
    return absl::InvalidArgumentError(absl::StrCat(name, "the plan was made ", Words(plan->selection()),
                                                   ", and this run is ", Words(options.selection),
                                                   ": give the same paths, -k, -m, --deselect and --ignore to both"));
  }
  return plan;
}

}  // namespace

absl::StatusOr<shards::Share> ShareFor(const request::ShardOptions& options,
                                       const std::vector<plan::ModuleEstimate>& modules) {
  shards::Share share;
  if (options.shard > 0) {
    if (options.plan_file.empty()) {
      share = shards::Share(shards::ShardPlan::Make(modules, options.shards, options.selection, options.keep_modules),
                            options.shard);
    } else {
      ASSIGN_OR_RETURN(shards::ShardPlan plan, ReadPlan(options));
      share = shards::Share(std::move(plan), options.shard);
    }
  }
  if (options.rerun_from.empty()) return share;

  ASSIGN_OR_RETURN(const std::vector<std::string> files, shards::EventFiles(options.rerun_from));
  ASSIGN_OR_RETURN(std::vector<shards::Part> parts, shards::ReadParts(files));
  const bool divided = parts.front().start.shard.index > 0;
  if (divided != (options.shard > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("--rerun-from: ", parts.front().path,
                                                   divided ? " is of a run in shards: give the same --shard"
                                                           : " is of a run that was not in shards: leave out --shard"));
  }
  if (divided && parts.front().start.shard.plan != share.plan().digest()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--rerun-from: ", parts.front().path, " was planned differently (plan ", parts.front().start.shard.plan,
        ", here ", share.plan().digest(), "): give the --plan-file that it had"));
  }
  const auto others = [&](const shards::Part& part) { return divided && part.shard() != options.shard; };
  parts.erase(std::remove_if(parts.begin(), parts.end(), others), parts.end());
  // Of a shard that left no word everything is to be done.
  share.Settle(shards::SettledBy(parts));
  return share;
}

absl::StatusOr<std::string> WriteShardPlan(const request::ShardOptions& options,
                                           const std::vector<plan::ModuleEstimate>& modules, bool measured) {
  const shards::ShardPlan plan =
      shards::ShardPlan::Make(modules, options.shards, options.selection, options.keep_modules);
  const std::unique_ptr<report::ByteSink> file = report::MakeReplacedFile(options.plan_out);
  RETURN_IF_ERROR(file->Write(plan.ToJson()));
  RETURN_IF_ERROR(file->Close());
  const std::vector<double>& seconds = plan.predicted_s();
  const double mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  std::string text = absl::StrCat(plan.shards(), plan.shards() == 1 ? " shard" : " shards", " of ", plan.modules(),
                                  plan.modules() == 1 ? " module: " : " modules: ", options.plan_out, "\n");
  if (measured) {
    absl::StrAppendFormat(&text, "predicted: %.2f s each on one slot, from %.2f s to %.2f s (longest / mean %.3f)\n",
                          mean, *least, *most, mean > 0 ? *most / mean : 1.0);
  } else {
    text += "nothing is known of past runs: all tests were taken to last equally long\n";
  }
  return text;
}

}  // namespace fastest::commands
