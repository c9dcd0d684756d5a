#include "proto/border.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "proto/agent_service.pb.h"

namespace fastest {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using ::testing::IsEmpty;

constexpr char kHostile[] = "::error::boom\x1b]0;owned\x07\r\n##[error]x\xE2\x80\xAEy\xC2\x9B";
using Setter = std::function<void(Message*, const FieldDescriptor*)>;
using Look = std::function<void(const Message&, const FieldDescriptor*)>;
using Path = std::vector<const FieldDescriptor*>;

Message* Make(Message* root, const Path& path) {
  for (const FieldDescriptor* step : path) {
    const Reflection* reflection = root->GetReflection();
    root = step->is_repeated() ? reflection->AddMessage(root, step) : reflection->MutableMessage(root, step);
  }
  return root;
}

// Null: there is none any more.
const Message* Find(const Message* root, const Path& path) {
  for (const FieldDescriptor* step : path) {
    const Reflection* reflection = root->GetReflection();
    if (step->is_repeated() ? reflection->FieldSize(*root, step) == 0 : !reflection->HasField(*root, step)) {
      return nullptr;
    }
    root = step->is_repeated() ? &reflection->GetRepeatedMessage(*root, step, 0) : &reflection->GetMessage(*root, step);
  }
  return root;
}

// For each field of each message that `root` may hold: sets this field alone, sanitizes `root`, and shows what has
// become of the field.
void EachField(Message* root, const Descriptor* kind, Path* path, const Setter& set, const Look& look) {
  ASSERT_LT(path->size(), 12u) << kind->full_name();
  for (int i = 0; i < kind->field_count(); ++i) {
    const FieldDescriptor* const field = kind->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      path->push_back(field);
      EachField(root, field->message_type(), path, set, look);
      path->pop_back();
      continue;
    }
    root->Clear();
    set(Make(root, *path), field);
    Sanitize(root);
    if (const Message* place = Find(root, *path)) look(*place, field);
  }
}

template <typename Root>
void EachField(const Setter& set, const Look& look) {
  Root root;
  Path path;
  EachField(&root, Root::descriptor(), &path, set, look);
}

void SetReal(Message* message, const FieldDescriptor* field, double value) {
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE) return;
  const Reflection* reflection = message->GetReflection();
  field->is_repeated() ? reflection->AddDouble(message, field, value) : reflection->SetDouble(message, field, value);
}

double RealOf(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->GetRepeatedDouble(message, field, 0)
                              : reflection->GetDouble(message, field);
}

TEST(BorderTest, EveryRealNumberIsFiniteAndCanBeCounted) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double value : {kInfinity, -kInfinity, std::nan(""), 1e300, -1e300, 1e13, 1.8e10}) {
    int seen = 0;
    const auto set = [value](Message* m, const FieldDescriptor* f) { SetReal(m, f, value); };
    const auto look = [&](const Message& message, const FieldDescriptor* field) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE) return;
      ++seen;
      const double now = RealOf(message, field);
      EXPECT_TRUE(std::isfinite(now) && std::abs(now) <= kMostSeconds) << field->full_name() << " " << now;
      EXPECT_EQ(now == 0, !std::isfinite(value)) << field->full_name() << " " << value;
    };
    EachField<v1::AgentMessage>(set, look);
    EachField<v1::AgentStatus>(set, look);
    EXPECT_GT(seen, 8);
  }
}

TEST(BorderTest, EveryCountIsBounded) {
  int seen = 0;
  const auto set = [](Message* message, const FieldDescriptor* field) {
    const Reflection* reflection = message->GetReflection();
    const bool repeated = field->is_repeated();
    constexpr uint32_t kMost32 = std::numeric_limits<uint32_t>::max();
    constexpr uint64_t kMost64 = std::numeric_limits<uint64_t>::max();
    constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      repeated ? reflection->AddUInt32(message, field, kMost32) : reflection->SetUInt32(message, field, kMost32);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      repeated ? reflection->AddUInt64(message, field, kMost64) : reflection->SetUInt64(message, field, kMost64);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      repeated ? reflection->AddInt32(message, field, kLeast) : reflection->SetInt32(message, field, kLeast);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      repeated ? reflection->AddEnumValue(message, field, 77) : reflection->SetEnumValue(message, field, 77);
    }
  };
  const auto look = [&seen](const Message& message, const FieldDescriptor* field) {
    const Reflection* reflection = message.GetReflection();
    const bool repeated = field->is_repeated();
    ++seen;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      EXPECT_EQ(repeated ? reflection->GetRepeatedUInt32(message, field, 0) : reflection->GetUInt32(message, field),
                kMostCount)
          << field->full_name();
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      EXPECT_EQ(repeated ? reflection->GetRepeatedUInt64(message, field, 0) : reflection->GetUInt64(message, field),
                kMostBig)
          << field->full_name();
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      EXPECT_EQ(repeated ? reflection->GetRepeatedInt32(message, field, 0) : reflection->GetInt32(message, field),
                -kMostSigned)
          << field->full_name();
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      EXPECT_EQ(
          repeated ? reflection->GetRepeatedEnumValue(message, field, 0) : reflection->GetEnumValue(message, field), 0)
          << field->full_name();
    } else {
      --seen;
    }
  };
  EachField<v1::AgentMessage>(set, look);
  EachField<v1::AgentStatus>(set, look);
  EXPECT_GT(seen, 40);
}

TEST(BorderTest, EveryTextOfAnAgentMayBeShown) {
  std::set<std::string> kept;
  int seen = 0;
  const auto set = [](Message* message, const FieldDescriptor* field) {
    if (field->type() != FieldDescriptor::TYPE_STRING) return;
    const Reflection* reflection = message->GetReflection();
    field->is_repeated() ? reflection->AddString(message, field, kHostile)
                         : reflection->SetString(message, field, kHostile);
  };
  const auto look = [&](const Message& message, const FieldDescriptor* field) {
    if (field->type() != FieldDescriptor::TYPE_STRING) return;
    ++seen;
    const Reflection* reflection = message.GetReflection();
    const std::string text =
        field->is_repeated() ? reflection->GetRepeatedString(message, field, 0) : reflection->GetString(message, field);
    if (text == kHostile) {
      kept.insert(field->full_name());
    } else {
      EXPECT_EQ(text.find_first_of("\x1b\x07\r"), std::string::npos) << field->full_name();
      EXPECT_TRUE(text.empty() || text.front() == '\\') << field->full_name() << ": " << text;
    }
  };
  EachField<v1::AgentMessage>(set, look);
  EachField<v1::AgentStatus>(set, look);
  EXPECT_GT(seen, 60);
  // What tests and pytest wrote is named in border.cc. An agent has no say in it. (Ready.options has key and value.)
  EXPECT_EQ(kept.size(), 49u) << testing::PrintToString(kept);
  for (const std::string& name : kept) {
    EXPECT_FALSE(absl::StartsWith(name, "fastest.v1.Agent")) << name;
    EXPECT_FALSE(absl::StartsWith(name, "fastest.v1.Resumption")) << name;
  }
}

TEST(BorderTest, OnlyTheCoordinatorSaysThatAFailureDoesNotCount) {
  v1::WorkerMessage message;
  v1::TestResult* result = message.mutable_progress()->add_results();
  result->mutable_ref()->set_node_id("a.py::test_a");
  result->set_outcome(v1::FAILED);
  result->set_quarantined("please");
  result->mutable_label()->set_name("known_flaky");
  result->mutable_stages()->set_queued(1);
  Sanitize(&message);
  EXPECT_FALSE(result->has_label());
  EXPECT_FALSE(result->has_stages());
  EXPECT_THAT(result->quarantined(), IsEmpty());
  EXPECT_EQ(result->outcome(), v1::FAILED);
}

TEST(BorderTest, LeavesWhatIsInOrderAsItIs) {
  v1::AgentMessage message;
  message.mutable_hello()->set_name("größe-1 (bert)");
  message.mutable_hello()->set_slots(8);
  (*message.mutable_hello()->mutable_labels())["os"] = "linux";
  message.set_seq(17);
  const std::string before = message.SerializeAsString();
  Sanitize(&message);
  EXPECT_EQ(message.SerializeAsString(), before);
}

TEST(BorderTest, EntriesOfMapsAreBounded) {
  v1::AgentMessage message;
  for (int i = 0; i < 5000; ++i) (*message.mutable_hello()->mutable_labels())[std::to_string(i)] = "x";
  Sanitize(&message);
  EXPECT_EQ(message.hello().labels_size(), kMostEntries);
}

TEST(ShownTest, ControlsAreSpelled) {
  EXPECT_EQ(ShownLine("a\x1b[31mb\n\tc\xC2\x9B\xE2\x80\xAE\x7F"), "a\\x1b[31mb\\n\\tc\\x9b\\u202e\\x7f");
  EXPECT_EQ(ShownLines("a\x1b\n\tb\r\n"), "a\\x1b\n\tb\\r\n");
  EXPECT_EQ(ShownLine("größe 東京 😀"), "größe 東京 😀");
}

TEST(ShownTest, CommandsOfCiSystemsAreNone) {
  EXPECT_EQ(ShownLine("::error::x"), "\\::error::x");
  EXPECT_EQ(ShownLine("a::b"), "a::b");
  EXPECT_EQ(ShownLines("a\n ::error::x\n##vso[x]"), "a\n\\ ::error::x\n\\##vso[x]");
}

TEST(ShownTest, LengthIsBounded) {
  EXPECT_LE(ShownLine(std::string(100'000, '\n')).size(), kMostLabelBytes + 3);
  EXPECT_LE(ShownLines(std::string(1'000'000, 'x')).size(), kMostLinesBytes + 3);
}

}  // namespace
}  // namespace fastest
