#include "agent/coordinator/event_queue.h"

#include <algorithm>
#include <utility>

namespace fastest::agent {
namespace {

// Of one message, unless a single event is larger.
constexpr size_t kMaxMessageBytes = size_t{4} << 20;
// A longer queue does not linger.
constexpr size_t kLingeringBytes = size_t{256} << 10;

}  // namespace

bool MayLinger(const v1::AgentMessage::Event& event) {
  if (!event.from_worker().message().has_progress()) return false;
  const auto& results = event.from_worker().message().progress().results();
  return std::all_of(results.begin(), results.end(),
                     [](const v1::TestResult& result) { return result.outcome() == v1::PASSED; });
}

bool EventQueue::Add(v1::AgentMessage::Event event) {
  const size_t bytes = event.ByteSizeLong();
  bytes_ += bytes;
  const bool may_linger = MayLinger(event) && bytes_ < kLingeringBytes;
  queue_.push_back({std::move(event), bytes});
  return may_linger;
}

v1::AgentMessage EventQueue::TakeMessage() {
  v1::AgentMessage message;
  v1::AgentMessage::Events* events = message.mutable_events();
  size_t bytes = 0;
  do {
    bytes += queue_.front().bytes;
    events->add_events()->Swap(&queue_.front().event);
    queue_.pop_front();
  } while (!queue_.empty() && bytes + queue_.front().bytes <= kMaxMessageBytes);
  bytes_ -= bytes;
  return message;
}

void EventQueue::Clear() {
  queue_.clear();
  bytes_ = 0;
}

}  // namespace fastest::agent
