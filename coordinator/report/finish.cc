#include "coordinator/report/finish.h"

#include <future>
#include <system_error>

namespace fastest::report {
namespace {

// In a thread, if there is one.
std::future<bool> FinishAside(Reporter& reporter, const results::RunSummary& summary) {
  const auto finish = [&] { return reporter.Finished(summary); };
  try {
    return std::async(std::launch::async, finish);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, finish);
  }
}

}  // namespace

bool FinishAll(const std::vector<std::unique_ptr<Reporter>>& reporters, const results::RunSummary& summary) {
  bool complete = true;
  std::vector<std::future<bool>> aside;
  const auto join = [&] {
    for (std::future<bool>& result : aside) complete = result.get() && complete;
    aside.clear();
  };
  for (auto reporter = reporters.begin(); reporter != reporters.end(); ++reporter) {
    const auto next = reporter + 1;
    const bool has_neighbour = next != reporters.end() && (*next)->OnlyWritesAFile();
    if ((*reporter)->OnlyWritesAFile() && has_neighbour) {
      aside.push_back(FinishAside(**reporter, summary));
      continue;
    }
    // The last of the neighbours needs no thread of its own.
    if (!(*reporter)->OnlyWritesAFile()) join();
    complete = (*reporter)->Finished(summary) && complete;
    join();
  }
  return complete;
}

}  // namespace fastest::report
