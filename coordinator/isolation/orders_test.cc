#include "coordinator/isolation/orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace fastest::isolation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

std::vector<v1::TestRef> Refs(const std::vector<std::string>& ids) {
  std::vector<v1::TestRef> refs;
  for (const std::string& id : ids) refs.emplace_back().set_node_id(id);
  return refs;
}

std::vector<std::string> Ids(const std::vector<v1::TestRef>& refs) {
  std::vector<std::string> ids;
  for (const v1::TestRef& ref : refs) ids.push_back(ref.node_id());
  return ids;
}

TEST(OrdersTest, EachOrderHasEachTestOnce) {
  const std::vector<std::string> ids = {"a", "b", "c", "d", "e", "f", "g", "h"};
  const std::vector<Order> orders = OrdersToTry(Refs(ids), 1);
  ASSERT_EQ(orders.size(), 3u);
  for (const Order& order : orders) {
    std::vector<std::string> all;
    for (const auto& worker : order.workers) {
      for (const std::string& id : Ids(worker)) all.push_back(id);
    }
    EXPECT_THAT(all, UnorderedElementsAreArray(ids)) << order.name;
    EXPECT_THAT(Ids(order.workers[0]), Not(testing::ElementsAreArray(ids))) << order.name;
  }
  EXPECT_THAT(Ids(orders[0].workers[0]), ElementsAre("h", "g", "f", "e", "d", "c", "b", "a"));
  EXPECT_THAT(Ids(orders[1].workers[0]), ElementsAre("a", "c", "e", "g"));
  EXPECT_THAT(Ids(orders[1].workers[1]), ElementsAre("b", "d", "f", "h"));
}

TEST(OrdersTest, TheSameSeedIsTheSameOrder) {
  const std::vector<v1::TestRef> refs = Refs({"a", "b", "c", "d", "e", "f", "g", "h"});
  EXPECT_EQ(Ids(OrdersToTry(refs, 1)[2].workers[0]), Ids(OrdersToTry(refs, 1)[2].workers[0]));
  EXPECT_NE(Ids(OrdersToTry(refs, 1)[2].workers[0]), Ids(OrdersToTry(refs, 2)[2].workers[0]));
}

TEST(OrdersTest, OneTestHasNoOtherOrderAndTwoHaveNoThird) {
  EXPECT_THAT(OrdersToTry(Refs({}), 1), IsEmpty());
  EXPECT_THAT(OrdersToTry(Refs({"a"}), 1), IsEmpty());
  EXPECT_EQ(OrdersToTry(Refs({"a", "b"}), 1).size(), 2u);
}

}  // namespace
}  // namespace fastest::isolation
