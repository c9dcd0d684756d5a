#include "coordinator/shards/parts.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/events/recount.h"
#include "coordinator/report/tee.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::shards {
namespace {

class Indexer final : public report::Reporter {
 public:
  explicit Indexer(Part* part) : part_(part) {}
  void RunStarted(const results::RunStart& start) override { part_->start = start; }
  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override {
    double& known = part_->collect_s[module];
    known = std::max(known, collect_s);
    std::set<TestId>& of_module = part_->collected[module];
    for (const v1::TestRef& test : tests) of_module.emplace(test);
  }
  void Result(const v1::TestResult& result, const results::Origin& origin) override {
    const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
    part_->results[TestId(result.ref())] = {failed, !result.quarantined().empty(), origin.attempt};
  }
  void Collect(const v1::CollectReport& report) override {
    part_->collect_reports.insert(report.node_id());
    part_->collection_failed |= report.outcome() == "failed";
  }

 private:
  Part* const part_;
};

// Nothing if the file breaks off before the end of its first line.
absl::StatusOr<std::optional<Part>> ReadPart(const std::string& path) {
  Part part;
  part.path = path;
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError(absl::StrCat(path, ": ", strerror(errno)));
  events::EventReader reader(file, path);
  ASSIGN_OR_RETURN(const auto start, reader.Start());
  if (!start.has_value()) return std::optional<Part>();
  auto recount = std::make_unique<events::Recount>();
  const events::Recount& counts = *recount;
  std::vector<std::unique_ptr<report::Reporter>> reporters;
  reporters.push_back(std::move(recount));
  reporters.push_back(std::make_unique<Indexer>(&part));
  report::Tee all(std::move(reporters));
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(more, reader.Next(all));
  }
  part.finished = reader.summary().has_value();
  part.summary = part.finished ? *reader.summary() : counts.CutOff();
  return std::optional<Part>(std::move(part));
}

std::string PlanOf(const Part& part) {
  if (part.start.shard.index == 0) return "a run that is not divided";
  return absl::StrCat("shard ", part.start.shard.index, " of ", part.start.shard.count, ", plan ",
                      part.start.shard.plan);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> EventFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      if (!std::filesystem::exists(path, error))
        return absl::NotFoundError(absl::StrCat(path, ": ", error ? error.message() : "no such file or folder"));
      files.push_back(path);
      continue;
    }
    const size_t before = files.size();
    for (auto entry = std::filesystem::recursive_directory_iterator(path, error);
         !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
      // A file that vanishes meanwhile is no part.
      std::error_code ignored;
      if (entry->is_regular_file(ignored) && entry->path().extension() == ".jsonl")
        files.push_back(entry->path().string());
    }
    if (error) return absl::NotFoundError(absl::StrCat(path, ": ", error.message()));
    if (files.size() == before) {
      return absl::NotFoundError(absl::StrCat(path, ": there is no *.jsonl in it (what --report-json wrote)"));
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  }
  return files;
}

bool Part::ended_before_collection() const {
  if (start.has_worker() || !collected.empty()) return false;
  return !finished || summary.exit_code == kInternalError || summary.exit_code == kUsageError ||
         summary.exit_code == kNotRun;
}

absl::StatusOr<Parts> ReadParts(const std::vector<std::string>& files) {
  Parts read;
  std::vector<Part>& parts = read.parts;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(std::optional<Part> whole, ReadPart(file));
    if (!whole.has_value()) {
      read.broken.push_back(file);
      continue;
    }
    Part part = *std::move(whole);
    for (const Part& other : parts) {
      if (other.start.run_id == part.start.run_id) {
        return absl::InvalidArgumentError(absl::StrCat(other.path, " and ", part.path, " are the same run"));
      }
      if (other.shards() != part.shards() || other.start.shard.plan != part.start.shard.plan) {
        return absl::InvalidArgumentError(absl::StrCat("these are not parts of one run: ", other.path, " (",
                                                       PlanOf(other), ") and ", part.path, " (", PlanOf(part), ")"));
      }
    }
    parts.push_back(std::move(part));
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return std::tuple(a.shard(), a.start.started_at) < std::tuple(b.shard(), b.start.started_at);
  });
  return read;
}

Settled SettledBy(const std::vector<Part>& parts) {
  Settled settled;
  std::map<TestId, std::string> module_of;
  std::map<TestId, bool> failed;
  for (const Part& part : parts) {
    if (!part.results.empty()) settled.run_ids.push_back(part.start.run_id);
    for (const auto& [module, tests] : part.collected) {
      for (const TestId& test : tests) module_of[test] = module;
    }
    for (const auto& [test, reported] : part.results) failed[test] = reported.failed;
  }
  for (const auto& [test, has_failed] : failed) {
    if (has_failed) continue;
    const auto module = module_of.find(test);
    settled.tests[module == module_of.end() ? std::string(ModuleOf(test.node_id)) : module->second].insert(test);
  }
  for (const Part& part : parts) {
    // A part that broke off may have known only a part of a module. A part that continues another knows only what was
    // left.
    if (part.is_rerun() || !part.finished) continue;
    for (const auto& [module, tests] : part.collected) {
      const std::set<TestId>& done = settled.tests[module];
      if (std::includes(done.begin(), done.end(), tests.begin(), tests.end())) settled.modules.insert(module);
    }
  }
  return settled;
}

}  // namespace fastest::shards
