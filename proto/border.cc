#include "proto/border.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace fastest {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Names = absl::flat_hash_set<absl::string_view>;

// Texts of tests, plugins and pytest, which pytest shows as they are; and ids and paths, which must stay the same to be
// found again.
const Names& AsWritten() {
  static const auto& names = *new Names({
      "fastest.v1.TestRef.node_id",
      "fastest.v1.Section.name",
      "fastest.v1.Section.content",
      "fastest.v1.Property.name",
      "fastest.v1.Property.value",
      "fastest.v1.Phase.category",
      "fastest.v1.Phase.letter",
      "fastest.v1.Phase.word",
      "fastest.v1.Phase.longrepr",
      "fastest.v1.Phase.terminal_text",
      "fastest.v1.Phase.terminal_text_color",
      "fastest.v1.Phase.summary_line",
      "fastest.v1.Phase.crash_message",
      "fastest.v1.Phase.skip_path",
      "fastest.v1.Phase.skip_reason",
      "fastest.v1.Phase.subtest",
      "fastest.v1.TestResult.location_path",
      "fastest.v1.TestResult.domain",
      "fastest.v1.TestResult.serialized",
      "fastest.v1.TestResult.reported_id",
      "fastest.v1.CollectReport.node_id",
      "fastest.v1.CollectReport.longrepr",
      "fastest.v1.CollectReport.terminal_text",
      "fastest.v1.CollectReport.terminal_text_color",
      "fastest.v1.CollectReport.summary_line",
      "fastest.v1.CollectReport.skip_path",
      "fastest.v1.CollectReport.skip_reason",
      "fastest.v1.CollectReport.crash_message",
      "fastest.v1.CollectReport.serialized",
      "fastest.v1.RecordedWarning.message",
      "fastest.v1.RecordedWarning.node_id",
      "fastest.v1.RecordedWarning.location_path",
      "fastest.v1.RecordedWarning.module",
      "fastest.v1.RecordedWarning.serialized",
      "fastest.v1.CollectedTest.node_id",
      "fastest.v1.CollectedTest.module",
      "fastest.v1.CollectedTest.group",
      "fastest.v1.Collection.modules",
      "fastest.v1.Collection.native",
      "fastest.v1.WorkerMessage.Ready.rootdir",
      "fastest.v1.WorkerMessage.Ready.inipath",
      "fastest.v1.WorkerMessage.Ready.header",
      "fastest.v1.WorkerMessage.Ready.options",
      "fastest.v1.WorkerMessage.Ended.stop_reason",
      "fastest.v1.WorkerMessage.Ended.terminal_summary",
      "fastest.v1.WorkerMessage.Ended.worker_output",
      "fastest.v1.WorkerMessage.Failure.message",
      "fastest.v1.WorkerMessage.NodeConfigured.node",
  });
  return names;
}

// Texts of agents in several lines.
const Names& InLines() {
  static const auto& names = *new Names({
      "fastest.v1.AgentMessage.Refused.message",
      "fastest.v1.AgentMessage.WorkerGone.how",
      "fastest.v1.AgentMessage.Draining.reason",
      "fastest.v1.TestResult.death",
  });
  return names;
}

// What the coordinator alone says.
const Names& OfTheCoordinator() {
  static const auto& names = *new Names({
      "fastest.v1.TestResult.stages",
      "fastest.v1.TestResult.quarantined",
      "fastest.v1.TestResult.label",
  });
  return names;
}

constexpr size_t kEscapeRoom = 8;

// The code point at the beginning of `text`, and how many bytes it has. The text of a proto is UTF-8; another byte
// stands for itself.
std::pair<uint32_t, size_t> CodePoint(absl::string_view text) {
  const auto byte = [text](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(text[at])); };
  const auto continues = [&](size_t at) { return at < text.size() && (byte(at) & 0xC0) == 0x80; };
  const uint32_t first = byte(0);
  if (first >= 0xC2 && first < 0xE0 && continues(1)) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (first >= 0xE0 && first < 0xF0 && continues(1) && continues(2)) {
    return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  }
  if (first >= 0xF0 && first < 0xF5 && continues(1) && continues(2) && continues(3)) {
    return {(first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
  }
  return {first, 1};
}

// Controls of terminals, and marks that turn the direction of a line, or end the line, within it.
bool IsControl(uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

void AddEscaped(uint32_t point, std::string* shown) {
  if (point == '\n') {
    absl::StrAppend(shown, "\\n");
  } else if (point == '\t') {
    absl::StrAppend(shown, "\\t");
  } else if (point == '\r') {
    absl::StrAppend(shown, "\\r");
  } else {
    absl::StrAppendFormat(shown, point < 0x100 ? "\\x%02x" : "\\u%04x", point);
  }
}

// Commands of GitHub ("::error::", "##[error]"), Azure ("##vso[") and TeamCity ("##teamcity[").
bool IsCommand(absl::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.substr(0, 2) == "::" || line.substr(0, 2) == "##";
}

bool IsShown(absl::string_view text) {
  return !IsCommand(text) && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
}

std::string Shown(absl::string_view text, bool in_lines, size_t most) {
  std::string shown;
  bool begins = true;
  while (!text.empty()) {
    if (shown.size() + kEscapeRoom > most) return absl::StrCat(shown, "…");
    if (begins && IsCommand(text)) shown += '\\';
    const auto [point, bytes] = CodePoint(text);
    begins = in_lines && point == '\n';
    if (!IsControl(point) || (in_lines && (point == '\n' || point == '\t'))) {
      absl::StrAppend(&shown, text.substr(0, bytes));
    } else {
      AddEscaped(point, &shown);
    }
    text.remove_prefix(bytes);
  }
  return shown;
}

double SaneSeconds(double seconds) {
  return std::isfinite(seconds) ? std::clamp(seconds, -kMostSeconds, kMostSeconds) : 0;
}

// What there is to check of a message: found once for each kind of message.
class Inspection {
 public:
  // Null: nothing in messages of this kind needs a check. Thread-safe. Kept for the life of the program.
  static const Inspection* Of(const Descriptor* kind);

  void Visit(Message* message) const;

 private:
  enum class Check { kClear, kNumber, kLine, kLines, kMessage };
  struct Field {
    const FieldDescriptor* field;
    Check check;
    // Of a message.
    const Inspection* inner = nullptr;
  };
  using Known = absl::flat_hash_map<const Descriptor*, std::unique_ptr<Inspection>>;

  static const Inspection* Make(const Descriptor* kind, Known* known);
  void Add(const FieldDescriptor* field, const FieldDescriptor* named, Known* known);
  static void VisitNumber(Message* message, const Reflection& reflection, const FieldDescriptor* field);
  static void VisitText(Message* message, const Reflection& reflection, const Field& of);
  static void VisitMessages(Message* message, const Reflection& reflection, const Field& of);

  std::vector<Field> fields_;
};

const Inspection* Inspection::Of(const Descriptor* kind) {
  static absl::Mutex mutex;
  static auto& known = *new Known();
  // Each thread sees few kinds, and asks for them often.
  thread_local std::pair<const Descriptor*, const Inspection*> last = {nullptr, nullptr};
  if (last.first == kind) return last.second;
  absl::MutexLock lock(&mutex);
  last = {kind, Make(kind, &known)};
  return last.second;
}

const Inspection* Inspection::Make(const Descriptor* kind, Known* known) {
  const auto [it, is_new] = known->try_emplace(kind);
  if (!is_new) return it->second.get();
  auto made = std::make_unique<Inspection>();
  const bool is_entry = kind->map_key() != nullptr;
  const FieldDescriptor* map = nullptr;
  if (is_entry) {
    // The entry of a map is named as the map.
    const Descriptor* const owner = kind->containing_type();
    for (int i = 0; i < owner->field_count(); ++i) {
      if (owner->field(i)->message_type() == kind) map = owner->field(i);
    }
  }
  for (int i = 0; i < kind->field_count(); ++i) made->Add(kind->field(i), map != nullptr ? map : kind->field(i), known);
  if (made->fields_.empty()) return nullptr;
  return ((*known)[kind] = std::move(made)).get();
}

void Inspection::Add(const FieldDescriptor* field, const FieldDescriptor* named, Known* known) {
  const std::string& name = named->full_name();
  if (OfTheCoordinator().contains(name)) {
    fields_.push_back({field, Check::kClear});
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (const Inspection* inner = Make(field->message_type(), known); inner != nullptr) {
        fields_.push_back({field, Check::kMessage, inner});
      }
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      // Bytes are nothing that is shown as text.
      if (field->type() == FieldDescriptor::TYPE_BYTES || AsWritten().contains(name)) break;
      fields_.push_back({field, InLines().contains(name) ? Check::kLines : Check::kLine});
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      break;
    default:
      // All values of a digest are digests.
      if (field->type() != FieldDescriptor::TYPE_FIXED64) fields_.push_back({field, Check::kNumber});
  }
}

void Inspection::Visit(Message* message) const {
  const Reflection& reflection = *message->GetReflection();
  for (const Field& of : fields_) {
    switch (of.check) {
      case Check::kClear:
        if (of.field->is_repeated() || reflection.HasField(*message, of.field)) {
          reflection.ClearField(message, of.field);
        }
        break;
      case Check::kNumber:
        VisitNumber(message, reflection, of.field);
        break;
      case Check::kLine:
      case Check::kLines:
        VisitText(message, reflection, of);
        break;
      case Check::kMessage:
        VisitMessages(message, reflection, of);
        break;
    }
  }
}

// Calls `sane` for each value, and writes what has changed.
template <typename Value, typename Get, typename Set, typename GetOne, typename SetOne, typename Sane>
void EachValue(const Message& message, const Reflection& reflection, const FieldDescriptor* field, Get get, Set set,
               GetOne get_one, SetOne set_one, Sane sane) {
  if (!field->is_repeated()) {
    const Value value = get();
    if (const Value wanted = sane(value); wanted != value) set(wanted);
    return;
  }
  const int size = reflection.FieldSize(message, field);
  for (int i = 0; i < size; ++i) {
    const Value value = get_one(i);
    if (const Value wanted = sane(value); wanted != value) set_one(i, wanted);
  }
}

#define FASTEST_EACH_VALUE(type, Name, sane)                          \
  EachValue<type>(                                                    \
      *m, reflection, f, [&] { return reflection.Get##Name(*m, f); }, \
      [&](type value) { reflection.Set##Name(m, f, value); },         \
      [&](int i) { return reflection.GetRepeated##Name(*m, f, i); },  \
      [&](int i, type value) { reflection.SetRepeated##Name(m, f, i, value); }, sane)

void Inspection::VisitNumber(Message* m, const Reflection& reflection, const FieldDescriptor* f) {
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FASTEST_EACH_VALUE(double, Double, SaneSeconds);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return FASTEST_EACH_VALUE(float, Float, [](float value) { return static_cast<float>(SaneSeconds(value)); });
    case FieldDescriptor::CPPTYPE_UINT32:
      return FASTEST_EACH_VALUE(uint32_t, UInt32, [](uint32_t value) { return std::min(value, kMostCount); });
    case FieldDescriptor::CPPTYPE_UINT64:
      return FASTEST_EACH_VALUE(uint64_t, UInt64, [](uint64_t value) { return std::min(value, kMostBig); });
    case FieldDescriptor::CPPTYPE_INT32:
      return FASTEST_EACH_VALUE(int32_t, Int32,
                                [](int32_t value) { return std::clamp(value, -kMostSigned, kMostSigned); });
    case FieldDescriptor::CPPTYPE_INT64: {
      static constexpr auto kMost = static_cast<int64_t>(kMostBig);
      return FASTEST_EACH_VALUE(int64_t, Int64, [](int64_t value) { return std::clamp(value, -kMost, kMost); });
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return FASTEST_EACH_VALUE(int, EnumValue, [f](int value) {
        return value == 0 || f->enum_type()->FindValueByNumber(value) != nullptr ? value : 0;
      });
    default:
      return;
  }
}

#undef FASTEST_EACH_VALUE

void Inspection::VisitText(Message* message, const Reflection& reflection, const Field& of) {
  const FieldDescriptor* const field = of.field;
  const auto shown = [&of](const std::string& text) {
    return of.check == Check::kLines ? ShownLines(text) : ShownLine(text);
  };
  const auto is_fine = [](const std::string& text) { return text.size() < kMostLabelBytes && IsShown(text); };
  std::string scratch;
  if (!field->is_repeated()) {
    const std::string& text = reflection.GetStringReference(*message, field, &scratch);
    if (!is_fine(text)) reflection.SetString(message, field, shown(text));
    return;
  }
  const int size = reflection.FieldSize(*message, field);
  for (int i = 0; i < size; ++i) {
    const std::string& text = reflection.GetRepeatedStringReference(*message, field, i, &scratch);
    if (!is_fine(text)) reflection.SetRepeatedString(message, field, i, shown(text));
  }
}

void Inspection::VisitMessages(Message* message, const Reflection& reflection, const Field& of) {
  const FieldDescriptor* const field = of.field;
  if (!field->is_repeated()) {
    if (reflection.HasField(*message, field)) of.inner->Visit(reflection.MutableMessage(message, field));
    return;
  }
  int size = reflection.FieldSize(*message, field);
  for (; field->is_map() && size > kMostEntries; --size) reflection.RemoveLast(message, field);
  for (int i = 0; i < size; ++i) of.inner->Visit(reflection.MutableRepeatedMessage(message, field, i));
}

}  // namespace

void Sanitize(Message* message) {
  if (const Inspection* inspection = Inspection::Of(message->GetDescriptor())) inspection->Visit(message);
}

std::string ShownLine(absl::string_view text) { return Shown(text, /*in_lines=*/false, kMostLabelBytes); }

std::string ShownLines(absl::string_view text) { return Shown(text, /*in_lines=*/true, kMostLinesBytes); }

}  // namespace fastest
