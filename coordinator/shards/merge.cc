#include "coordinator/shards/merge.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/string_table.h"
#include "coordinator/events/event_reader.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::shards {
namespace {

bool Failed(const v1::TestResult& result) { return result.outcome() == v1::FAILED || result.outcome() == v1::ERROR; }

std::string ShardName(const Part& part) { return absl::StrCat("shard ", part.shard(), " of ", part.shards()); }

// "1", "2 and 3", "1, 4-7 and 9". `numbers` are ascending.
std::string Listed(const std::vector<int>& numbers) {
  std::vector<std::string> ranges;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (end - i > 2) {
      ranges.push_back(absl::StrCat(numbers[i], "-", numbers[end - 1]));
    } else {
      for (size_t at = i; at < end; ++at) ranges.push_back(absl::StrCat(numbers[at]));
    }
    i = end;
  }
  if (ranges.size() < 2) return absl::StrJoin(ranges, "");
  const std::string last = std::move(ranges.back());
  ranges.pop_back();
  return absl::StrCat(absl::StrJoin(ranges, ", "), " and ", last);
}

std::string BrokenText(const std::vector<std::string>& files) {
  if (files.empty()) return "";
  return absl::StrCat(absl::StrJoin(files, ", "), files.size() == 1 ? " breaks off at its" : " break off at their",
                      " beginning");
}

// The line that says why a run could not begin: pytest's last line that is not indented.
std::string LastWords(const std::string& text) {
  std::string last;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty() && line[0] != ' ') last = std::string(line);
  }
  return last;
}

// Why the last part of a shard does not stand for the shard.
std::string HoleIn(const Part& part) {
  const bool early = part.ended_before_collection();
  if (!part.finished) {
    return absl::StrCat(ShardName(part), " was cut off", early ? " before its tests were collected" : "", ": ",
                        part.path, " has no end");
  }
  if (!early) return "";
  const std::string why = LastWords(part.summary.stop_reason);
  return absl::StrCat(ShardName(part), " ended before its tests were collected (exit code ", part.summary.exit_code,
                      ")", why.empty() ? "" : ": ", why);
}

}  // namespace

// Tells one part after the other, without what other parts say too.
class Merge::Teller final : public report::Reporter {
 public:
  Teller(const Merge& merge, report::Reporter& out) : merge_(merge), out_(out) {}

  // `is_last`: the part has the last word on its shard.
  void Begin(size_t part, bool is_last) {
    part_ = part;
    is_last_ = is_last;
  }

  void AgentJoined(const results::AgentFacts& agent) override {
    results::AgentFacts here = agent;
    here.name = Named(agent.name);
    out_.AgentJoined(here);
  }
  void AgentLost(const std::string& agent, const std::string& why) override { out_.AgentLost(Named(agent), why); }
  void AgentRefused(const std::string& agent, const std::string& why) override { out_.AgentRefused(Named(agent), why); }
  void WorkerStarted(const results::Origin& origin, const results::Labels& labels) override {
    out_.WorkerStarted(Here(origin), labels);
  }
  void WorkerLost(const results::Origin& origin, const std::string& how) override {
    out_.WorkerLost(Here(origin), how);
  }
  void BatchLeased(const results::LeaseFacts& lease, const results::Origin& origin) override {
    results::LeaseFacts here = lease;
    here.lease_id = Lease(lease.lease_id);
    out_.BatchLeased(here, Here(origin));
  }
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override {
    out_.TestStarted(test, Here(origin), at);
  }
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override { TellAttempt(result, origin); }
  void Result(const v1::TestResult& result, const results::Origin& origin) override {
    if (merge_.finals_.at(TestId(result.ref())) != part_) {
      if (Failed(result)) TellAttempt(result, origin);
      return;
    }
    v1::TestResult here = result;
    here.set_lease_id(Lease(result.lease_id()));
    const results::Origin from = Here(origin, AttemptsBefore(result.ref()));
    if (!ledger_.Reported(here)) return;
    if (from.attempt > 1 && !Failed(result)) ledger_.AddFlaky();
    if (Failed(result) && result.quarantined().empty()) failed_ = true;
    out_.Result(here, from);
  }
  void Collect(const v1::CollectReport& report) override {
    // Every part imports every module. What an earlier attempt found may have been mended since.
    if (!is_last_ || !ledger_.CollectReported(report)) return;
    if (report.outcome() == "failed") failed_ = true;
    out_.Collect(report);
  }
  void Warning(const v1::RecordedWarning& warning) override {
    if (warning.node_id().empty()) {
      const auto place = std::tuple(warning.message(), warning.location_path(), warning.location_line());
      if (!is_last_ || !warnings_.insert(place).second) return;
    } else if (!IsFinal(warning.node_id())) {
      return;
    }
    ledger_.AddWarnings(1);
    out_.Warning(warning);
  }
  void Output(const v1::WorkerMessage::Output& output, const results::Origin& origin) override {
    out_.Output(output, Here(origin));
  }
  void Note(const std::string& text) override { out_.Note(absl::StrCat(ShardName(part()), ": ", text)); }

  const results::Ledger& ledger() const { return ledger_; }
  bool failed() const { return failed_; }

 private:
  const Part& part() const { return merge_.parts_[part_]; }
  // The agents of all jobs may have the same name.
  std::string Named(const std::string& agent) const { return absl::StrCat(part().shard(), "/", agent); }
  results::Origin Here(const results::Origin& origin, int attempts_before = 0) const {
    return {Named(origin.agent), origin.worker, origin.attempt + attempts_before, origin.slot};
  }
  uint64_t Lease(uint64_t id) const { return (static_cast<uint64_t>(part_) << 32) + id; }
  // The attempts of earlier parts, which have been told by then.
  int AttemptsBefore(const v1::TestRef& ref) const {
    const auto told = attempts_told_.find(TestId(ref));
    if (told == attempts_told_.end()) return 0;
    return told->second.part == part_ ? told->second.before : told->second.attempts;
  }
  bool IsFinal(const std::string& node_id) const {
    const auto final = merge_.finals_.find({node_id, 0});
    return final == merge_.finals_.end() || final->second == part_;
  }
  void TellAttempt(const v1::TestResult& result, const results::Origin& origin) {
    v1::TestResult here = result;
    here.set_lease_id(Lease(result.lease_id()));
    Told& told = attempts_told_[TestId(result.ref())];
    if (told.part != part_) {
      told.before = told.attempts;
      told.part = part_;
    }
    const results::Origin from = Here(origin, told.before);
    told.attempts = from.attempt;
    out_.Attempt(here, from);
  }

  struct Told {
    size_t part = static_cast<size_t>(-1);
    // Attempts told by the parts before `part`, and in all.
    int before = 0;
    int attempts = 0;
  };

  const Merge& merge_;
  report::Reporter& out_;
  size_t part_ = 0;
  bool is_last_ = false;
  bool failed_ = false;
  StringTable names_;
  results::Ledger ledger_{names_};
  std::map<TestId, Told> attempts_told_;
  std::set<std::tuple<std::string, std::string, uint32_t>> warnings_;
};

Merge::Merge(Parts parts) : parts_(std::move(parts.parts)), broken_(std::move(parts.broken)) {
  FindMissingShards();
  Index();
}

void Merge::Quieten(int times) {
  if (times == 0) return;
  int verbosity = 0;
  if (!absl::SimpleAtoi(start_.options["verbose"], &verbosity)) verbosity = 0;
  start_.options["verbose"] = absl::StrCat(verbosity - times);
}

void Merge::FindMissingShards() {
  std::set<int> present;
  for (const Part& part : parts_) present.insert(part.shard());
  std::vector<int> missing;
  for (int shard = 1; shard <= parts_.front().shards(); ++shard) {
    if (present.count(shard) == 0) missing.push_back(shard);
  }
  if (missing.empty()) return;
  const std::string broken = BrokenText(broken_);
  problems_.push_back(absl::StrCat(
      missing.size() == 1 ? "shard " : "shards ", Listed(missing), " of ", parts_.front().shards(),
      missing.size() == 1 ? " is missing: no event file is of it" : " are missing: no event file is of them",
      broken.empty() ? "" : absl::StrCat(" (", broken, ")")));
}

std::vector<size_t> Merge::LastParts() const {
  std::vector<size_t> last;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (i + 1 == parts_.size() || parts_[i + 1].shard() != parts_[i].shard()) last.push_back(i);
  }
  return last;
}

void Merge::Index() {
  start_ = parts_.front().start;
  start_.shard = {};
  start_.slots = 0;
  std::set<std::string> run_ids;
  for (const Part& part : parts_) {
    run_ids.insert(part.start.run_id);
    // A part that ended early knows less.
    if (!start_.has_worker() && part.start.has_worker()) {
      const double started_at = start_.started_at;
      start_ = part.start;
      start_.shard = {};
      start_.slots = 0;
      start_.started_at = started_at;
    }
    start_.started_at = std::min(start_.started_at, part.start.started_at);
  }
  for (const size_t last : LastParts()) start_.slots += parts_[last].start.slots;
  std::set<std::string> known;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    for (const std::string& base : part.start.shard.rerun_of) {
      if (run_ids.count(base) > 0) continue;
      problems_.push_back(absl::StrCat(part.path, " (", ShardName(part),
                                       ") ran only what another run had left (run id ", base,
                                       "), and that run's event file is missing"));
    }
    for (const std::string& module : part.summary.module_order) {
      if (known.insert(module).second) module_order_.push_back(module);
    }
    for (const auto& [module, tests] : part.collected) collected_[module].insert(tests.begin(), tests.end());
    for (const auto& [module, seconds] : part.collect_s) collect_s_[module] = std::max(collect_s_[module], seconds);
    for (const auto& [test, reported] : part.results) {
      const auto [final, is_new] = finals_.try_emplace(test);
      if (!is_new && parts_[final->second].shard() != part.shard()) {
        contradicts_ = true;
        problems_.push_back(absl::StrCat(test.node_id, " was run by two shards: ", ShardName(parts_[final->second]),
                                         " and ", ShardName(part)));
        continue;
      }
      final->second = i;
    }
  }
}

int Merge::Deselected() const {
  // A later attempt at a shard deselects the same tests as the first, as far as it collects them.
  std::map<int, int> by_shard;
  for (const Part& part : parts_) {
    by_shard[part.shard()] = std::max(by_shard[part.shard()], part.summary.books.deselected);
  }
  return std::accumulate(by_shard.begin(), by_shard.end(), 0,
                         [](int sum, const auto& entry) { return sum + entry.second; });
}

void Merge::TellExpected(report::Reporter& reporter) {
  int total = 0;
  for (const auto& [module, tests] : collected_) {
    total += static_cast<int>(tests.size());
    reporter.ModuleExpected(module, static_cast<int>(tests.size()));
    std::vector<v1::TestRef> refs;
    for (const TestId& test : tests) {
      v1::TestRef& ref = refs.emplace_back();
      ref = test.ref();
    }
    const auto collect_s = collect_s_.find(module);
    reporter.Collected(module, refs, collect_s == collect_s_.end() ? 0 : collect_s->second);
  }
  if (Deselected() > 0) reporter.Deselected(Deselected());
  reporter.Expected(total, true);
}

bool Merge::AddHoles(results::Books* all) const {
  results::Books& books = *all;
  bool holes = !problems_.empty();
  std::set<TestId> named;
  std::set<std::string> named_modules;
  for (const size_t last : LastParts()) {
    const Part& part = parts_[last];
    const std::string hole = HoleIn(part);
    holes = holes || !hole.empty();
    for (const results::NotRun& test : part.summary.books.not_run) {
      if (test.ref.node_id().empty()) {
        named_modules.insert(test.module);
      } else if (finals_.count(TestId(test.ref)) > 0 || !named.insert(TestId(test.ref)).second) {
        continue;
      }
      books.not_run.push_back(test);
      if (!part.finished) books.not_run.back().reason = absl::StrCat(ShardName(part), ": ", test.reason);
    }
    for (const std::string& disagreement : part.summary.books.disagreements) {
      books.disagreements.push_back(absl::StrCat(ShardName(part), ": ", disagreement));
    }
    if (hole.empty()) continue;
    books.disagreements.push_back(hole);
    if (!part.ended_before_collection()) continue;
    // Nobody knows how many tests the shard has.
    results::NotRun& rest = books.not_run.emplace_back();
    rest.reason = absl::StrCat(ShardName(part), " has reported nothing");
  }
  // Tests that an attempt knew, and that the last attempt neither ran nor named.
  for (const Part& part : parts_) {
    const auto last =
        std::find_if(parts_.rbegin(), parts_.rend(), [&](const Part& other) { return other.shard() == part.shard(); });
    for (const auto& [module, tests] : part.collected) {
      for (const TestId& test : tests) {
        if (finals_.count(test) > 0 || !named.insert(test).second) continue;
        results::NotRun& hole = books.not_run.emplace_back();
        hole.ref = test.ref();
        hole.module = module;
        hole.reason = "no part has reported it";
        holes = holes || last->summary.stop_reason.empty();
      }
    }
  }
  books.disagreements.insert(books.disagreements.end(), problems_.begin(), problems_.end());
  if (books.disagreements.empty()) return holes;
  // No part that is there was to run these modules.
  for (const std::string& module : module_order_) {
    const bool heard_of = collected_.count(module) > 0 ||
                          std::any_of(parts_.begin(), parts_.end(),
                                      [&](const Part& part) { return part.collect_reports.count(module) > 0; });
    if (heard_of || !named_modules.insert(module).second) continue;
    results::NotRun& hole = books.not_run.emplace_back();
    hole.module = module;
    hole.reason = "no part has reported its tests";
  }
  return true;
}

int Merge::ExitCode(bool holes, bool failed) const {
  std::set<int> codes;
  for (const size_t last : LastParts()) {
    const Part& part = parts_[last];
    int code = part.summary.exit_code;
    // Failures of tests and policies are known, and counted apart. A failure that a plugin made of the session is known
    // by the exit code alone.
    const auto has_failed = [](const auto& entry) { return entry.second.failed && !entry.second.quarantined; };
    const bool by_tests = part.collection_failed || !part.summary.policy_failures.empty() || part.summary.flaky_fails ||
                          std::any_of(part.results.begin(), part.results.end(), has_failed);
    if (code == kTestsFailed && by_tests) code = failed ? kTestsFailed : kOk;
    codes.insert(code);
  }
  if (const std::optional<int> code = NeverBegun()) return *code;
  if (holes || codes.count(kNotRun) > 0) return kNotRun;
  for (const int code : {kInternalError, kUsageError, kInterrupted}) {
    if (codes.count(code) > 0) return code;
  }
  if (failed || codes.count(kTestsFailed) > 0) return kTestsFailed;
  codes.erase(kOk);
  codes.erase(kNoTestsCollected);
  if (!codes.empty()) return *codes.begin();
  return finals_.empty() ? kNoTestsCollected : kOk;
}

std::optional<int> Merge::NeverBegun() const {
  if (!problems_.empty()) return std::nullopt;
  std::optional<int> code;
  for (const size_t last : LastParts()) {
    const Part& part = parts_[last];
    if (!part.finished || !part.ended_before_collection()) return std::nullopt;
    if (code.has_value() && *code != part.summary.exit_code) return std::nullopt;
    code = part.summary.exit_code;
  }
  return code;
}

absl::StatusOr<results::RunSummary> Merge::Tell(report::Reporter& reporter) {
  reporter.RunStarted(start_);
  if (problems_.empty() && !broken_.empty()) reporter.Note(BrokenText(broken_) + ": another attempt has its tests");
  TellExpected(reporter);
  Teller teller(*this, reporter);
  const std::vector<size_t> last = LastParts();
  for (size_t i = 0; i < parts_.size(); ++i) {
    std::ifstream file(parts_[i].path, std::ios::binary);
    if (!file) return absl::InvalidArgumentError(absl::StrCat(parts_[i].path, ": ", strerror(errno)));
    events::EventReader reader(file, parts_[i].path);
    teller.Begin(i, std::find(last.begin(), last.end(), i) != last.end());
    bool more = true;
    while (more) {
      ASSIGN_OR_RETURN(more, reader.Next(teller));
      reporter.Tick(0);
    }
  }

  results::RunSummary summary;
  summary.counts = teller.ledger().counts();
  summary.module_order = module_order_;
  results::Books& books = summary.books;
  books.reported = static_cast<int>(finals_.size());
  std::set<std::string> reasons;
  for (const Part& part : parts_) {
    summary.finished_at = std::max(summary.finished_at, part.summary.finished_at);
  }
  summary.duration_s = summary.finished_at - start_.started_at;
  for (const size_t place : last) {
    const Part& part = parts_[place];
    books.withdrawn += part.summary.books.withdrawn;
    for (const results::SuiteProperty& property : part.summary.testsuite_properties) {
      results::AddOnce(property, &summary.testsuite_properties);
    }
    if (summary.plugin_summary.empty()) summary.plugin_summary = part.summary.plugin_summary;
    if (part.finished && !part.summary.stop_reason.empty()) reasons.insert(part.summary.stop_reason);
  }
  books.deselected = Deselected();
  if (books.deselected > 0) summary.counts["deselected"] = books.deselected;
  results::TimingSummary& timing = summary.timing;
  timing.total_s = summary.duration_s;
  timing.agents = parts_.front().shards();
  for (const Part& part : parts_) {
    const results::TimingSummary& of_part = part.summary.timing;
    timing.before_s = std::max(timing.before_s, of_part.before_s);
    timing.workers += of_part.workers;
    timing.busy_s += of_part.busy_s;
    timing.setup_s += of_part.setup_s;
    timing.waiting_s += of_part.waiting_s;
    timing.tail_s += of_part.tail_s;
    if (of_part.longest_test_s <= timing.longest_test_s) continue;
    timing.longest_test_s = of_part.longest_test_s;
    timing.longest_test = of_part.longest_test;
  }
  timing.tests_s = std::max(0.0, timing.total_s - timing.before_s);
  // If all parts give the same reason, it is the reason of the whole run. Otherwise the first is enough to look for the
  // others.
  if (!reasons.empty()) summary.stop_reason = *reasons.begin();
  // Of all attempts: the test of a quarantine that has ended need not be in a later attempt.
  std::set<std::string> policy_failures;
  for (const Part& part : parts_) {
    policy_failures.insert(part.summary.policy_failures.begin(), part.summary.policy_failures.end());
    summary.flaky_fails |= part.summary.flaky_fails;
  }
  summary.policy_failures.assign(policy_failures.begin(), policy_failures.end());
  const bool flaky = summary.flaky_fails && summary.counts.count("flaky") > 0;
  if (flaky) reporter.Note("tests were flaky: the run fails (--flaky-result fail)");
  const bool holes = AddHoles(&books);
  books.collected = books.reported + books.CountNotRun().tests();
  // A part that is missing makes the books no less right about the others.
  books.balanced = !contradicts_ && std::all_of(last.begin(), last.end(), [&](size_t place) {
    return parts_[place].summary.books.balanced || parts_[place].ended_before_collection();
  });
  summary.exit_code = ExitCode(holes, teller.failed() || flaky || !policy_failures.empty());
  if (summary.exit_code == kNotRun) summary.stop_reason.clear();
  return summary;
}

}  // namespace fastest::shards
