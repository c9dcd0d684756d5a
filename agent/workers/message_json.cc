#include "agent/workers/message_json.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace fastest::agent {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using nlohmann::json;

// Whole numbers up to here are exact as double.
constexpr double kMaxExactDouble = 9007199254740992.0;

// A field of a message. A value is set, or added if the field is repeated. The functions return false if the field
// cannot hold the value.
class Target {
 public:
  Target(Message* message, const FieldDescriptor* field) : m_(message), r_(message->GetReflection()), f_(field) {}

  bool Put(bool value) const {
    if (f_->cpp_type() != FieldDescriptor::CPPTYPE_BOOL) return false;
    f_->is_repeated() ? r_->AddBool(m_, f_, value) : r_->SetBool(m_, f_, value);
    return true;
  }

  bool Put(uint64_t value) const {
    switch (f_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        if (value > std::numeric_limits<uint32_t>::max()) return false;
        f_->is_repeated() ? r_->AddUInt32(m_, f_, static_cast<uint32_t>(value))
                          : r_->SetUInt32(m_, f_, static_cast<uint32_t>(value));
        return true;
      case FieldDescriptor::CPPTYPE_UINT64:
        f_->is_repeated() ? r_->AddUInt64(m_, f_, value) : r_->SetUInt64(m_, f_, value);
        return true;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return PutReal(static_cast<double>(value));
      default:
        return value <= uint64_t{std::numeric_limits<int64_t>::max()} && PutSigned(static_cast<int64_t>(value));
    }
  }

  bool Put(int64_t value) const { return value < 0 ? PutSigned(value) : Put(static_cast<uint64_t>(value)); }

  bool Put(double value) const {
    if (f_->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) return PutReal(value);
    // A whole number may be written with a point.
    return value == std::trunc(value) && std::abs(value) <= kMaxExactDouble && Put(static_cast<int64_t>(value));
  }

  bool Put(std::string text) const {
    if (f_->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      // A name that only a newer worker knows is skipped, like an unknown field.
      const EnumValueDescriptor* known = f_->enum_type()->FindValueByName(text);
      if (known != nullptr) f_->is_repeated() ? r_->AddEnum(m_, f_, known) : r_->SetEnum(m_, f_, known);
      return true;
    }
    if (f_->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return PutParsed(text);
    if (f_->type() == FieldDescriptor::TYPE_BYTES) {
      std::string bytes;
      if (!absl::Base64Unescape(text, &bytes)) return false;
      text = std::move(bytes);
    }
    f_->is_repeated() ? r_->AddString(m_, f_, std::move(text)) : r_->SetString(m_, f_, std::move(text));
    return true;
  }

 private:
  bool PutSigned(int64_t value) const {
    const bool fits = value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
    switch (f_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        if (!fits) return false;
        f_->is_repeated() ? r_->AddInt32(m_, f_, static_cast<int32_t>(value))
                          : r_->SetInt32(m_, f_, static_cast<int32_t>(value));
        return true;
      case FieldDescriptor::CPPTYPE_ENUM:
        if (!fits) return false;
        f_->is_repeated() ? r_->AddEnumValue(m_, f_, static_cast<int>(value))
                          : r_->SetEnumValue(m_, f_, static_cast<int>(value));
        return true;
      case FieldDescriptor::CPPTYPE_INT64:
        f_->is_repeated() ? r_->AddInt64(m_, f_, value) : r_->SetInt64(m_, f_, value);
        return true;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return PutReal(static_cast<double>(value));
      default:
        return false;
    }
  }

  bool PutReal(double value) const {
    f_->is_repeated() ? r_->AddDouble(m_, f_, value) : r_->SetDouble(m_, f_, value);
    return true;
  }

  // proto3's JSON form has 64-bit integers in quotes, and values such as NaN that JSON has no number for.
  bool PutParsed(const std::string& text) const {
    uint64_t natural;
    int64_t whole;
    double real;
    if (f_->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return false;
    if (absl::SimpleAtoi(text, &natural)) return Put(natural);
    if (absl::SimpleAtoi(text, &whole)) return Put(whole);
    return f_->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE && absl::SimpleAtod(text, &real) && PutReal(real);
  }

  Message* const m_;
  const Reflection* const r_;
  const FieldDescriptor* const f_;
};

// Writes each value into the message as the parser meets it: there is no tree in between.
class MessageBuilder : public json::json_sax_t {
 public:
  explicit MessageBuilder(Message* message) : root_(message) {}

  const std::string& error() const { return error_; }

  bool null() override { return skipped_ > 0 || !open_.empty() || Wrong("null"); }
  bool boolean(bool value) override { return Scalar(value); }
  bool number_integer(number_integer_t value) override { return Scalar(int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override { return Scalar(uint64_t{value}); }
  bool number_float(number_float_t value, const string_t&) override { return Scalar(double{value}); }
  bool string(string_t& value) override { return Scalar(std::move(value)); }
  bool binary(binary_t&) override { return Wrong("binary data"); }

  bool start_object(std::size_t) override {
    if (open_.empty()) {
      open_.push_back({root_});
      return true;
    }
    const Level& level = open_.back();
    const FieldDescriptor* field = level.field;
    if (skipped_ > 0 || field == nullptr) return Skip();
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return Wrong("an object");
    if (field->is_map()) {
      open_.push_back({level.message, field});
      return true;
    }
    if (field->is_repeated() != level.in_array) return Wrong("an object");
    const Reflection* reflection = level.message->GetReflection();
    open_.push_back({field->is_repeated() ? reflection->AddMessage(level.message, field)
                                          : reflection->MutableMessage(level.message, field)});
    return true;
  }

  bool key(string_t& name) override {
    if (skipped_ > 0) return true;
    Level& level = open_.back();
    if (level.map == nullptr) {
      level.field = level.message->GetDescriptor()->FindFieldByName(name);
      return true;
    }
    level.entry = level.message->GetReflection()->AddMessage(level.message, level.map);
    level.field = level.entry->GetDescriptor()->map_value();
    return Target(level.entry, level.entry->GetDescriptor()->map_key()).Put(std::move(name)) || Wrong("this key");
  }

  bool end_object() override {
    if (skipped_ > 0) return Unskip();
    open_.pop_back();
    return true;
  }

  bool start_array(std::size_t) override {
    if (open_.empty()) return Wrong("an array");
    Level& level = open_.back();
    if (skipped_ > 0 || level.field == nullptr) return Skip();
    if (!level.field->is_repeated() || level.field->is_map() || level.in_array) return Wrong("an array");
    level.in_array = true;
    return true;
  }

  bool end_array() override {
    if (skipped_ > 0) return Unskip();
    open_.back().in_array = false;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& cause) override {
    error_ = absl::StrCat("not JSON, at byte ", position, ": ", cause.what());
    return false;
  }

 private:
  // An object that is open.
  struct Level {
    Message* message = nullptr;
    // If the object is a map of `message`: its field. `entry` is the one that its last key began.
    const FieldDescriptor* map = nullptr;
    Message* entry = nullptr;
    // Where the next value goes; null: an unknown field.
    const FieldDescriptor* field = nullptr;
    // Within the brackets of a repeated `field`.
    bool in_array = false;
  };

  bool Skip() {
    ++skipped_;
    return true;
  }
  bool Unskip() {
    --skipped_;
    return true;
  }

  bool Wrong(absl::string_view what) {
    const bool named = !open_.empty() && open_.back().field != nullptr;
    const std::string& place = named ? open_.back().field->full_name() : root_->GetDescriptor()->full_name();
    error_ = absl::StrCat(what, " does not fit ", place);
    return false;
  }

  template <typename Value>
  bool Scalar(Value value) {
    if (skipped_ > 0) return true;
    if (open_.empty()) return Wrong("a value");
    const Level& level = open_.back();
    if (level.field == nullptr) return true;
    if (level.field->is_repeated() != level.in_array) return Wrong("a value");
    return Target(level.map != nullptr ? level.entry : level.message, level.field).Put(std::move(value)) ||
           Wrong("this value");
  }

  Message* const root_;
  std::vector<Level> open_;
  // Depth within a value that is skipped.
  int skipped_ = 0;
  std::string error_;
};

json ToJson(const Message& message);

// `index` counts within a repeated field; -1 otherwise.
json ValueToJson(const Message& m, const FieldDescriptor* f, int index) {
  const Reflection* r = m.GetReflection();
  const bool repeated = index >= 0;
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? r->GetRepeatedBool(m, f, index) : r->GetBool(m, f);
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? r->GetRepeatedInt32(m, f, index) : r->GetInt32(m, f);
    case FieldDescriptor::CPPTYPE_INT64:
      return repeated ? r->GetRepeatedInt64(m, f, index) : r->GetInt64(m, f);
    case FieldDescriptor::CPPTYPE_UINT32:
      return repeated ? r->GetRepeatedUInt32(m, f, index) : r->GetUInt32(m, f);
    case FieldDescriptor::CPPTYPE_UINT64:
      return repeated ? r->GetRepeatedUInt64(m, f, index) : r->GetUInt64(m, f);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return repeated ? r->GetRepeatedFloat(m, f, index) : r->GetFloat(m, f);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return repeated ? r->GetRepeatedDouble(m, f, index) : r->GetDouble(m, f);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = repeated ? r->GetRepeatedEnumValue(m, f, index) : r->GetEnumValue(m, f);
      const EnumValueDescriptor* known = f->enum_type()->FindValueByNumber(number);
      return known != nullptr ? json(known->name()) : json(number);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = repeated ? r->GetRepeatedString(m, f, index) : r->GetString(m, f);
      return f->type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(text) : text;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToJson(repeated ? r->GetRepeatedMessage(m, f, index) : r->GetMessage(m, f));
  }
  return nullptr;
}

json ToJson(const Message& message) {
  json object = json::object();
  std::vector<const FieldDescriptor*> fields;
  const Reflection* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    json& value = object[field->name()];
    if (!field->is_repeated()) {
      value = ValueToJson(message, field, -1);
      continue;
    }
    const int size = reflection->FieldSize(message, field);
    value = field->is_map() ? json::object() : json::array();
    for (int i = 0; i < size; ++i) {
      if (!field->is_map()) {
        value.push_back(ValueToJson(message, field, i));
        continue;
      }
      const Message& entry = reflection->GetRepeatedMessage(message, field, i);
      const json key = ValueToJson(entry, entry.GetDescriptor()->map_key(), -1);
      value[key.is_string() ? key.get<std::string>() : key.dump()] =
          ValueToJson(entry, entry.GetDescriptor()->map_value(), -1);
    }
  }
  return object;
}

}  // namespace

absl::Status MessageFromJson(absl::string_view json_text, Message* message) {
  message->Clear();
  MessageBuilder builder(message);
  if (json::sax_parse(json_text.begin(), json_text.end(), &builder)) return absl::OkStatus();
  return absl::InvalidArgumentError(builder.error());
}

std::string MessageToJson(const Message& message) {
  // The text of a proto is valid UTF-8. Other text is replaced rather than refused.
  return ToJson(message).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace fastest::agent
