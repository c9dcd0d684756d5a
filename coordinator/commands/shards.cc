#include "coordinator/commands/shards.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "coordinator/commands/runs/preparation.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/run/estimates.h"
#include "coordinator/shards/shard_plan.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

absl::Status Write(const shards::ShardPlan& plan, const std::string& path) {
  const std::unique_ptr<report::ByteSink> file = report::MakeReplacedFile(path);
  RETURN_IF_ERROR(file->Write(plan.ToJson()));
  return file->Close();
}

// `measured`: durations of past runs are known.
std::string Describe(const shards::ShardPlan& plan, const std::string& path, bool measured) {
  const std::vector<double>& seconds = plan.predicted_s();
  const double mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  std::string text = absl::StrCat(plan.shards(), plan.shards() == 1 ? " shard" : " shards", " of ", plan.modules(),
                                  plan.modules() == 1 ? " module: " : " modules: ", path, "\n");
  if (measured) {
    absl::StrAppendFormat(&text, "predicted: %.2f s each on one slot, from %.2f s to %.2f s (longest / mean %.3f)\n",
                          mean, *least, *most, mean > 0 ? *most / mean : 1.0);
  } else {
    text += "no past run is known: all tests were assumed to take equally long\n";
  }
  return text;
}

}  // namespace

int ShardsCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
                  const request::Request& request) {
  Preparation preparation(line, project, request);
  if (!preparation.found().ok()) return Fail(preparation.found(), kUsageError);
  const std::vector<std::string> modules = preparation.Modules();
  const run::Estimates estimates = preparation.TakeEstimates();
  const request::ShardRequest& wanted = request.shard;
  const shards::ShardPlan plan =
      shards::ShardPlan::Make(estimates.ForModules(modules), wanted.shards, wanted.selection, wanted.keep_modules);
  if (const absl::Status written = Write(plan, wanted.plan_out); !written.ok()) return Fail(written, kUsageError);
  Print(Describe(plan, wanted.plan_out, estimates.measured()), request.report.text_to_stderr);
  return modules.empty() ? kNoTestsCollected : kOk;
}

}  // namespace fastest::commands
