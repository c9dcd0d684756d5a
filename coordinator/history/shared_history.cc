#include "coordinator/history/shared_history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "coordinator/history/run_file.h"

namespace fastest::history {
namespace {

constexpr int64_t kForgetAfterS = int64_t{60} * 24 * 3600;
// How often a store is listed again because somebody joins files while they are read.
constexpr int kMostLooks = 5;
// How long joined files remember the name of a file that they replace, from its making on. A process that takes longer
// to join does no good anyway.
constexpr int64_t kRememberMicros = int64_t{7} * 24 * 3600 * 1000000;

struct Contents {
  std::set<std::string> listed;
  std::map<std::string, RunFile> files;
  // By name, why a file is not among them. DataLoss and FailedPrecondition are about the content, which nobody can
  // read.
  std::map<std::string, absl::Status> unread;
  // Files went away while they were read, up to the last look.
  bool unsteady = false;
};

bool IsAboutContent(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

// Reads all files that are there at one moment.
absl::StatusOr<Contents> Look(Files& files) {
  Contents contents;
  for (int look = 0; look < kMostLooks; ++look) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List());
    contents.listed = std::set<std::string>(names.begin(), names.end());
    for (auto it = contents.files.begin(); it != contents.files.end();) {
      it = contents.listed.count(it->first) == 0 ? contents.files.erase(it) : std::next(it);
    }
    contents.unread.clear();
    contents.unsteady = false;
    std::vector<std::string> wanted;
    for (const std::string& name : contents.listed) {
      if (contents.files.count(name) == 0) wanted.push_back(name);
    }
    std::vector<absl::StatusOr<std::string>> all = files.Get(wanted);
    for (size_t i = 0; i < wanted.size(); ++i) {
      absl::Status why = all[i].status();
      if (why.ok()) {
        absl::StatusOr<RunFile> file = Unpack(*std::exchange(all[i], std::string()));
        why = file.status();
        if (why.ok()) {
          contents.files.emplace(wanted[i], *std::move(file));
          continue;
        }
        why = absl::Status(why.code(), absl::StrCat(files.PlaceOf(wanted[i]), " ", std::string(why.message())));
      }
      if (absl::IsNotFound(why)) {
        contents.unsteady = true;
      } else {
        contents.unread.emplace(wanted[i], std::move(why));
      }
    }
    if (!contents.unsteady) break;
  }
  return contents;
}

class SharedHistory final : public History {
 public:
  explicit SharedHistory(std::unique_ptr<Files> files) : files_(std::move(files)) {}

  absl::StatusOr<std::unordered_map<std::string, ModuleHistory>> Load(
      const std::string& project, const std::vector<std::string>& modules) override {
    ASSIGN_OR_RETURN(const Contents contents, Look(*files_));
    RemarkOn(contents);
    RunFile all;
    for (const std::string& name : Counted(contents.listed, contents.files)) Merge(contents.files.at(name), &all);
    std::unordered_map<std::string, ModuleHistory> loaded;
    for (const std::string& name : modules) {
      const auto known = all.tests[project].find(name);
      if (known == all.tests[project].end()) continue;
      ModuleHistory& history = loaded[name];
      std::vector<std::pair<int, std::string>> order;
      for (const auto& [node_id, seen] : known->second) {
        if (!std::isnan(seen.seconds)) order.emplace_back(seen.position, node_id);
        history.knows_runs |= !seen.past.runs.empty();
        if (HasFailed(seen.past)) history.failed[node_id] = seen.past;
      }
      std::sort(order.begin(), order.end());
      for (auto& [position, node_id] : order) {
        const double seconds = known->second.at(node_id).seconds;
        history.tests.emplace_back(std::move(node_id), seconds);
      }
      const std::map<std::string, double>& setups = all.setup_s[project];
      if (const auto setup = setups.find(name); setup != setups.end()) history.setup_s = setup->second;
      const std::string begin = name + "::";
      for (auto it = setups.lower_bound(begin); it != setups.end() && absl::StartsWith(it->first, begin); ++it) {
        history.class_setup_s[it->first] = it->second;
      }
    }
    return loaded;
  }

  absl::Status Record(const std::string& project, const std::vector<Observation>& tests,
                      const std::unordered_map<std::string, double>& setup_s) override {
    const absl::Time now = absl::Now();
    const int64_t at = absl::ToUnixSeconds(now);
    RunFile file;
    for (const Observation& test : tests) {
      if (!std::isfinite(test.seconds) && test.outcome == kUnknown) continue;
      file.tests[project][std::string(test.module)][std::string(test.node_id)] = {
          std::isfinite(test.seconds) ? test.seconds : std::numeric_limits<double>::quiet_NaN(), test.position, at,
          PastOf(test.outcome, at)};
    }
    for (const auto& [node_id, seconds] : setup_s) {
      if (std::isfinite(seconds)) file.setup_s[project][node_id] = seconds;
    }
    return files_->Put(NewName(absl::ToUnixMicros(now)), Pack(file));
  }

  std::string Remark() const override { return remark_; }
  bool GrowsWithEachRecord() const override { return true; }

 private:
  void RemarkOn(const Contents& contents) {
    remark_.clear();
    if (contents.unread.empty()) return;
    const absl::Status& first = contents.unread.begin()->second;
    remark_ = absl::StrCat(std::string(first.message()), IsAboutContent(first) ? " and left out" : "; it is left out");
    if (const size_t others = contents.unread.size() - 1; others > 0) {
      absl::StrAppend(&remark_, others == 1 ? ", and so is 1 other" : absl::StrCat(", and so are ", others, " others"));
    }
  }

  const std::unique_ptr<Files> files_;
  std::string remark_;
};

// Whether nobody else has joined any of the files `joined`, or of the files that they `replaces`, since they were read.
// Call it when the others can see `own`, which contains all of them. Of several processes that join at the same time,
// at most one hears yes.
absl::StatusOr<bool> IsAlone(Files& files, const std::string& own, const std::set<std::string>& joined,
                             const std::set<std::string>& replaces) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List());
  const std::set<std::string> listed(names.begin(), names.end());
  std::vector<std::string> others;
  for (const std::string& name : listed) {
    if (name != own && joined.count(name) == 0) others.push_back(name);
  }
  for (const std::string& name : joined) {
    if (listed.count(name) == 0) return false;
  }
  for (const absl::StatusOr<std::string>& bytes : files.Get(others)) {
    if (absl::IsNotFound(bytes.status())) return false;
    RETURN_IF_ERROR(bytes.status());
    // A file that cannot be read was not joined by anybody.
    const absl::StatusOr<RunFile> other = Unpack(*bytes);
    if (!other.ok()) continue;
    for (const std::string& name : other->replaces) {
      if (name == own || replaces.count(name) > 0) return false;
    }
  }
  return true;
}

}  // namespace

std::unique_ptr<History> MakeSharedHistory(std::unique_ptr<Files> files) {
  return std::make_unique<SharedHistory>(std::move(files));
}

absl::StatusOr<int> Compact(Files& files) {
  ASSIGN_OR_RETURN(const Contents contents, Look(files));
  if (contents.unsteady) return 0;
  for (const auto& [name, why] : contents.unread) {
    // The file may be readable the next time. What it says must then still be distinguished from what was joined.
    if (!IsAboutContent(why)) return why;
  }
  files.Tidy();
  const std::vector<std::string> counted = Counted(contents.listed, contents.files);
  if (contents.files.size() < 2) return static_cast<int>(counted.size());
  RunFile all;
  for (const std::string& name : counted) Merge(contents.files.at(name), &all);
  Forget(absl::ToUnixSeconds(absl::Now()) - kForgetAfterS, &all);
  // Also the files that did not count because another file contains them. And for a while, the files that those
  // replaced.
  std::set<std::string> joined;
  const int64_t remembered = absl::ToUnixMicros(absl::Now()) - kRememberMicros;
  for (const auto& [name, file] : contents.files) {
    joined.insert(name);
    for (const std::string& replaced : file.replaces) {
      if (MicrosOf(replaced) >= remembered) all.replaces.insert(replaced);
    }
  }
  all.replaces.insert(joined.begin(), joined.end());
  // The name sorts where the last of them did, because files that are written meanwhile are newer.
  const int64_t last = MicrosOf(counted.back());
  const std::string own = NewName(last > 0 ? last : absl::ToUnixMicros(absl::Now()));
  RETURN_IF_ERROR(files.Put(own, Pack(all)));
  ASSIGN_OR_RETURN(const bool alone, IsAlone(files, own, joined, all.replaces));
  if (!alone) {
    RETURN_IF_ERROR(files.Remove({own}));
    return 0;
  }
  RETURN_IF_ERROR(files.Remove(std::vector<std::string>(joined.begin(), joined.end())));
  return static_cast<int>(counted.size());
}

}  // namespace fastest::history
