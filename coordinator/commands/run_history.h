// What past runs say of how long tests take, and what this one adds to it. Whatever is wrong with the history is one warning: it costs balance,
// never correctness.
#ifndef FASTEST_COORDINATOR_COMMANDS_PAST_H_
#define FASTEST_COORDINATOR_COMMANDS_PAST_H_

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/history/history.h"
#include "coordinator/policy/red_history.h"
#include "coordinator/run/run.h"

namespace fastest::commands {

// Belongs to the run's thread; what it writes, it writes beside it.
class Past {
 public:
  // `store` and `base` as --history and --history-base name them, empty for none. `project`: by what the store tells projects apart. `warn`
  // takes one line for the user.
  Past(const std::string& store, std::string base, std::string project, std::function<void(const std::string&)> warn);

  // Of these modules, all that is known. What it tells of failures is told by Reds().
  std::unordered_map<std::string, history::ModuleHistory> Load(const std::vector<std::string>& modules);

  // What the modules loaded last tell of failures; of no history if there is none.
  policy::RedHistory Reds() const { return reds_; }

  // Keeps what the run has measured so far, now and then and beside the run: little is lost when it is cut off, and it waits for nobody.
  // Called often.
  void RecordOnTheWay(run::Run& run);
  // The rest, when the run is done, beside what else there is to do then; EndRecord waits for it.
  void BeginRecord(run::Run& run);
  void EndRecord() { Recorded(); }

 private:
  using Known = std::unordered_map<std::string, history::ModuleHistory>;
  static bool KnowsRuns(const Known& known);
  static policy::RedHistory::Pasts Failed(const Known& known);
  void Tell(const history::History& history);
  // What others have measured; nothing if there is no base, or it can't be read.
  std::optional<Known> LoadBase(const std::vector<std::string>& modules);
  // Waits for what is being recorded; whether that went well.
  bool Recorded();
  void GiveUp(const absl::Status& status);

  const std::string project_;
  const std::string base_;
  const std::function<void(const std::string&)> warn_;
  std::unique_ptr<history::History> history_;
  policy::RedHistory reds_;
  absl::Duration until_next_record_;
  absl::Time next_record_;
  // Valid while it goes on; its texts are the run's. Nobody else uses the history meanwhile.
  std::future<absl::Status> recording_;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_PAST_H_
