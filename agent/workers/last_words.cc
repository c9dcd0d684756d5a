#include "agent/workers/last_words.h"

#include <algorithm>
#include <utility>

namespace fastest::agent {
namespace {

// How faulthandler begins when the interpreter dies.
constexpr char kDying[] = "Fatal Python error: ";

}  // namespace

std::string LastWords::Take(absl::string_view bytes) {
  TakeStack(bytes);
  std::string passed_on;
  if (held_.empty()) {
    const size_t begin = std::min(bytes.find(kDying), bytes.size());
    passed_on = std::string(bytes.substr(0, begin));
    bytes.remove_prefix(begin);
  }
  held_.append(bytes.data(), bytes.size());
  // An interpreter says less at its end.
  if (held_.size() > kMostBytes) passed_on += Release();
  return passed_on;
}

void LastWords::TakeStack(absl::string_view bytes) {
  tail_.append(bytes.data(), bytes.size());
  if (tail_.size() <= kMostBytes) return;
  const size_t surplus = tail_.size() - kMostBytes;
  tail_.erase(0, surplus);
  settled_ -= std::min(settled_, surplus);
}

void LastWords::Settle() {
  settled_ = tail_.size();
  held_settled_ = !held_.empty();
}

std::string LastWords::Disprove() { return held_settled_ ? Release() : ""; }

std::string LastWords::Release() {
  held_settled_ = false;
  return std::exchange(held_, "");
}

void LastWords::BeginTest() {
  tail_.erase(0, settled_);
  settled_ = 0;
}

void LastWords::BeginStack() {
  tail_.clear();
  settled_ = 0;
}

}  // namespace fastest::agent
