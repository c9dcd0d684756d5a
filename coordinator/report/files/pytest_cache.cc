#include "coordinator/report/files/pytest_cache.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/regular_file.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/text/test_report.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

// Backup tools look for this tag (Cache Directory Tagging specification), and so does git.
constexpr char kCacheTag[] = "Signature: 8a477f597d28d172789f06886806bc55\n";
constexpr char kIgnoreAll[] = "*\n";

std::string PathOf(const std::string& folder, const std::string& key) { return absl::StrCat(folder, "/v/", key); }

// A file that is damaged or missing counts as empty, as in pytest.
nlohmann::ordered_json Read(const std::string& folder, const std::string& key) {
  const absl::StatusOr<std::string> text = ReadRegularFile(PathOf(folder, key));
  return nlohmann::ordered_json::parse(text.ok() ? *text : "", nullptr, /*allow_exceptions=*/false);
}

absl::Status WriteWhole(const std::string& path, const std::string& text) {
  const std::unique_ptr<ByteSink> file = MakeReplacedFile(path);
  absl::Status status = file->Write(text);
  if (status.ok()) status = file->Close();
  return status;
}

}  // namespace

void PytestCache::RunStarted(const results::RunStart& run) {
  const auto folder = run.options.find("cache_dir");
  if (run.slots == 1 || folder == run.options.end()) return;
  folder_ = folder->second;
  if (folder_.empty()) return;
  if (Json saved = Read(folder_, "cache/lastfailed"); saved.is_object()) saved_ = failed_ = std::move(saved);
  if (const auto changed = run.options.find("lastfailed_collected"); changed != run.options.end()) {
    // With --lf the collection itself has chosen among the tests of files that failed: see the runner's session_facts.
    const Json told = Json::parse(changed->second, nullptr, /*allow_exceptions=*/false);
    for (const char* const key : {"gone", "new"}) {
      if (!told.is_object() || !told.contains(key)) continue;
      for (const Json& node_id : told[key]) {
        if (!node_id.is_string()) continue;
        if (key[0] == 'n') failed_[node_id.get<std::string>()] = true;
        if (key[0] == 'g') failed_.erase(node_id.get<std::string>());
      }
    }
  }
  for (const Json& node_id : Read(folder_, "cache/nodeids")) {
    if (node_id.is_string()) node_ids_.insert(node_id.get<std::string>());
  }
}

void PytestCache::Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double /*collect_s*/) {
  if (folder_.empty()) return;
  // The file could not be collected last time, and now it can. Until its tests have been run, they are what failed.
  const bool failed = failed_.erase(module) > 0;
  for (const v1::TestRef& test : tests) {
    node_ids_.insert(test.node_id());
    if (failed) failed_[test.node_id()] = true;
  }
}

void PytestCache::Result(const v1::TestResult& result, const results::Origin& /*origin*/) {
  if (folder_.empty()) return;
  const std::string& node_id = ShownId(result);
  if (PassedPlainly(result)) {
    failed_.erase(node_id);
    return;
  }
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (phase.outcome() == "failed") {
      failed_[node_id] = true;
    } else if (phase.outcome() == "skipped" || phase.when() == "call") {
      failed_.erase(node_id);
    }
  }
}

void PytestCache::Collect(const v1::CollectReport& report) {
  if (folder_.empty()) return;
  if (report.outcome() == "failed") {
    failed_[report.node_id()] = true;
  } else {
    failed_.erase(report.node_id());
  }
}

bool PytestCache::Write(const std::string& key, const Json& value) {
  const absl::Status written =
      WriteWhole(PathOf(folder_, key), value.dump(2, ' ', false, Json::error_handler_t::replace));
  if (written.ok()) return true;
  err_ << "warning: pytest's cache is not kept: " << written.message() << "\n";
  err_.flush();
  folder_.clear();
  return false;
}

bool PytestCache::Finished(const results::RunSummary& /*summary*/) {
  if (folder_.empty()) return true;
  // If the folder cannot be looked at, writing into it fails, and that is told.
  std::error_code ignored;
  if (!std::filesystem::exists(folder_, ignored)) {
    WriteWhole(folder_ + "/.gitignore", kIgnoreAll).IgnoreError();
    WriteWhole(folder_ + "/CACHEDIR.TAG", kCacheTag).IgnoreError();
  }
  if (failed_ != saved_ && !Write("cache/lastfailed", failed_)) return true;
  Write("cache/nodeids", Json(node_ids_));
  return true;
}

}  // namespace fastest::report
