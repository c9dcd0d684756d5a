// What a worker writes on its stderr, between the run's output and the report of a test that its death ends. Pure.
#ifndef FASTEST_AGENT_WORKERS_LAST_WORDS_H_
#define FASTEST_AGENT_WORKERS_LAST_WORDS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fastest::agent {

// Bytes are output and are passed on at once. But when an interpreter seems to be dying, its words are held back: they
// belong into the test's report. They are passed on after all when a message proves that the worker lives on. Owned by
// the worker.
class LastWords {
 public:
  // At most so many bytes are kept, of the end; and no more are held back.
  static constexpr size_t kMostBytes = 64 << 10;

  // Takes bytes, and gives those that are to be passed on now.
  std::string Take(absl::string_view bytes);
  // Takes bytes of a stack that was asked for: none are passed on.
  void TakeStack(absl::string_view bytes);

  // The worker's channel was read to its end: all bytes up to now were written before any message that comes now.
  void Settle();
  // A message has come. Gives the words that were held back before it, which are to be passed on.
  std::string Disprove();
  // Gives all words that are held back.
  std::string Release();

  // A test begins: settled bytes are not its own.
  void BeginTest();
  // The worker is about to write its stack.
  void BeginStack();

  // The end of stderr since the running test began, or since the stack was asked for.
  const std::string& tail() const { return tail_; }

 private:
  std::string tail_;
  // How much of the front of tail_ is settled.
  size_t settled_ = 0;
  std::string held_;
  bool held_settled_ = false;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_LAST_WORDS_H_
