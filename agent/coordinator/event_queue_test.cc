#include "agent/coordinator/event_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace fastest::agent {
namespace {

v1::AgentMessage::Event Output(size_t size) {
  v1::AgentMessage::Event event;
  event.mutable_from_worker()->mutable_message()->mutable_output()->set_data(std::string(size, 'x'));
  return event;
}

v1::AgentMessage::Event Passed(size_t name_size = 1) {
  v1::AgentMessage::Event event;
  v1::TestResult* result = event.mutable_from_worker()->mutable_message()->mutable_progress()->add_results();
  result->set_outcome(v1::PASSED);
  result->mutable_ref()->set_node_id(std::string(name_size, 'x'));
  return event;
}

TEST(MayLingerTest, OnlyProgressOfPassingTests) {
  EXPECT_TRUE(MayLinger(Passed()));
  v1::AgentMessage::Event in_short;
  in_short.mutable_from_worker()->mutable_message()->mutable_progress()->add_passed();
  EXPECT_TRUE(MayLinger(in_short));
  v1::AgentMessage::Event event = Passed();
  event.mutable_from_worker()->mutable_message()->mutable_progress()->add_results()->set_outcome(v1::FAILED);
  EXPECT_FALSE(MayLinger(event));
  EXPECT_FALSE(MayLinger(Output(1)));
  event.mutable_worker_gone();
  EXPECT_FALSE(MayLinger(event));
}

TEST(EventQueueTest, OnlyAShortQueueLingers) {
  EventQueue queue;
  EXPECT_TRUE(queue.Add(Passed()));
  EXPECT_FALSE(queue.Add(Output(1)));
  EXPECT_TRUE(queue.Add(Passed()));
  EXPECT_FALSE(queue.Add(Passed(size_t{256} << 10)));
}

TEST(EventQueueTest, MessagesAreBoundedAndInOrder) {
  EventQueue queue;
  constexpr size_t kMiB = size_t{1} << 20;
  for (const size_t size : {2 * kMiB, kMiB, 3 * kMiB, 9 * kMiB, size_t{1}}) queue.Add(Output(size));
  EXPECT_GT(queue.bytes(), 15 * kMiB);
  EXPECT_EQ(queue.TakeMessage().events().events_size(), 2);
  EXPECT_EQ(queue.TakeMessage().events().events_size(), 1);
  // Larger than a message is to be: it goes alone.
  const v1::AgentMessage large = queue.TakeMessage();
  ASSERT_EQ(large.events().events_size(), 1);
  EXPECT_EQ(large.events().events(0).from_worker().message().output().data().size(), 9 * kMiB);
  EXPECT_EQ(queue.TakeMessage().events().events_size(), 1);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
  queue.Add(Output(1));
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

}  // namespace
}  // namespace fastest::agent
