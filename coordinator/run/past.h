// What past runs say of how long tests take, and what this one adds to it. Whatever is wrong with the history is one warning: it costs balance,
// never correctness.
#ifndef FASTEST_COORDINATOR_RUN_PAST_H_
#define FASTEST_COORDINATOR_RUN_PAST_H_

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/history/history.h"
#include "coordinator/run/run.h"

namespace fastest::run {

// Belongs to the run's thread; what it writes, it writes beside it.
class Past {
 public:
  // `store` and `base` as --history and --history-base name them, empty for none. `project`: by what the store tells projects apart. `warn`
  // takes one line for the user.
  Past(const std::string& store, std::string base, std::string project, std::function<void(const std::string&)> warn);

  // Of these modules, all that is known.
  std::unordered_map<std::string, history::ModuleHistory> Load(const std::vector<std::string>& modules);

  // Keeps what the run has measured so far, now and then and beside the run: little is lost when it is cut off, and it waits for nobody.
  // Called often.
  void RecordOnTheWay(Run& run);
  // The rest, when the run is done.
  void Record(Run& run);

 private:
  void Tell(const history::History& history);
  // What others have measured, where we have not.
  void AddBase(const std::vector<std::string>& modules, std::unordered_map<std::string, history::ModuleHistory>* known);
  // Waits for what is being recorded; whether that went well.
  bool Recorded();
  void GiveUp(const absl::Status& status);

  const std::string project_;
  const std::string base_;
  const std::function<void(const std::string&)> warn_;
  std::unique_ptr<history::History> history_;
  absl::Duration until_next_record_;
  absl::Time next_record_;
  // Valid while it goes on; its texts are the run's. Nobody else uses the history meanwhile.
  std::future<absl::Status> recording_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_PAST_H_
