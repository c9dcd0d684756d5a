#include "coordinator/shards/shard_plan.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::shards {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr int kMostShards = 10000;

std::string Dump(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

absl::Status Wrong(const std::string& how) { return absl::InvalidArgumentError(how); }

}  // namespace

ShardPlan ShardPlan::Make(const std::vector<plan::ModuleEstimate>& modules, int shards,
                          std::vector<std::string> selection, bool keep_modules) {
  ShardPlan result;
  result.shards_ = shards;
  result.selection_ = std::move(selection);
  result.predicted_s_.assign(static_cast<size_t>(shards), 0.0);

  plan::PlanOptions options;
  options.slots = shards;
  options.keep_modules = keep_modules;
  const plan::Plan plan = plan::PlanByModule(modules, options);
  for (size_t i = 0; i < plan.batches.size();) {
    // A unit of short modules of one folder stays together: they share what the folder's conftest.py sets up.
    size_t end = i;
    double seconds = 0;
    for (; end < plan.batches.size() && plan.batches[end].unit == plan.batches[i].unit; ++end) {
      seconds += plan.batches[end].predicted_s;
    }
    // Longest first onto whoever has least (Graham's LPT); the first of equals, so that the plan is the same everywhere.
    const auto least = std::min_element(result.predicted_s_.begin(), result.predicted_s_.end());
    *least += seconds;
    const int shard = static_cast<int>(least - result.predicted_s_.begin()) + 1;
    for (; i < end; ++i) {
      const v1::Batch& batch = plan.batches[i].batch;
      Module& module = result.modules_[batch.module()];
      module.boundaries.assign(batch.boundaries().begin(), batch.boundaries().end());
      module.shards.resize(module.boundaries.size() + 1);
      module.shards[batch.part()] = shard;
    }
  }
  result.digest_ = result.Digest();
  return result;
}

const std::vector<std::string>& ShardPlan::Boundaries(const std::string& module) const {
  static const auto* const kNone = new std::vector<std::string>();
  const auto it = modules_.find(module);
  return it == modules_.end() ? *kNone : it->second.boundaries;
}

int ShardPlan::ShardOf(const std::string& module, size_t part) const {
  const auto it = modules_.find(module);
  if (it != modules_.end() && part < it->second.shards.size()) return it->second.shards[part];
  return static_cast<int>(XXH3_64bits(module.data(), module.size()) % static_cast<uint64_t>(shards_)) + 1;
}

std::string ShardPlan::Digest() const {
  Json division = {kFormat, shards_, selection_};
  for (const auto& [name, module] : modules_) division.push_back({name, module.boundaries, module.shards});
  const std::string text = Dump(division, -1);
  const XXH128_hash_t digest = XXH3_128bits(text.data(), text.size());
  return absl::StrFormat("%016x%016x", digest.high64, digest.low64);
}

std::string ShardPlan::ToJson() const {
  Json plan = {{"fastest_shard_plan", kFormat}, {"shards", shards_},           {"digest", digest_},
               {"selection", selection_},       {"predicted_s", predicted_s_}, {"modules", Json::array()}};
  for (const auto& [name, module] : modules_) {
    Json entry = {{"module", name}};
    if (!module.boundaries.empty()) entry["boundaries"] = module.boundaries;
    entry["shards"] = module.shards;
    plan["modules"].push_back(std::move(entry));
  }
  return Dump(plan, 1) + "\n";
}

absl::StatusOr<ShardPlan> ShardPlan::FromJson(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object() || !json.contains("fastest_shard_plan")) {
    return Wrong("it is no plan: make one with --shards N --plan-out FILE");
  }
  if (json["fastest_shard_plan"] != kFormat) {
    return Wrong(absl::StrCat("a plan of form ", Dump(json["fastest_shard_plan"], -1), ", and this version reads form ",
                              kFormat, ": make the plan and run its shards with the same version"));
  }
  ShardPlan plan;
  // A damaged file is told by its digest in the end, so that the kinds of its values are all that has to be looked at here.
  try {
    json.at("shards").get_to(plan.shards_);
    json.at("selection").get_to(plan.selection_);
    json.at("digest").get_to(plan.digest_);
    json.at("predicted_s").get_to(plan.predicted_s_);
    for (const Json& entry : json.at("modules")) {
      Module& module = plan.modules_[entry.at("module").get<std::string>()];
      if (entry.contains("boundaries")) entry.at("boundaries").get_to(module.boundaries);
      entry.at("shards").get_to(module.shards);
    }
  } catch (const Json::exception&) {
    return Wrong("it is damaged: make it again with --shards N --plan-out FILE");
  }
  const auto fits = [&](const Module& module) {
    return module.shards.size() == module.boundaries.size() + 1 &&
           std::all_of(module.shards.begin(), module.shards.end(),
                       [&](int shard) { return shard >= 1 && shard <= plan.shards_; });
  };
  if (plan.shards_ < 1 || plan.shards_ > kMostShards || plan.digest_ != plan.Digest() ||
      !std::all_of(plan.modules_.begin(), plan.modules_.end(), [&](const auto& entry) { return fits(entry.second); })) {
    return Wrong(
        "it is not as it was written (its digest does not fit): make it again with --shards N --plan-out FILE");
  }
  return plan;
}

}  // namespace fastest::shards
