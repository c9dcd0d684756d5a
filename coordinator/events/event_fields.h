// Reads the fields of an event line that cannot be trusted.
#ifndef FASTEST_COORDINATOR_EVENTS_EVENT_FIELDS_H_
#define FASTEST_COORDINATOR_EVENTS_EVENT_FIELDS_H_

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace fastest::events {

using Json = nlohmann::ordered_json;

// The first field that is missing or of the wrong kind is remembered, for a message to the user. From then on, every
// answer is empty. Not thread-safe. `event` must outlive the object.
class EventFields {
 public:
  static constexpr uint64_t kMostInt = std::numeric_limits<int>::max();

  explicit EventFields(const Json& event) : event_(event) {
    if (!event.is_object()) wrong_ = "it is no JSON object";
  }

  bool Has(const char* name) const { return event_.is_object() && event_.contains(name); }

  // Fields that must be there.
  std::string Text(const char* name) {
    const Json* field = Find(name);
    if (field != nullptr && field->is_string()) return field->get<std::string>();
    Wrong(name, "is not text");
    return "";
  }
  double Number(const char* name) {
    const Json* field = Find(name);
    if (field != nullptr && field->is_number()) return field->get<double>();
    Wrong(name, "is not a number");
    return 0;
  }
  bool Flag(const char* name) {
    const Json* field = Find(name);
    if (field != nullptr && field->is_boolean()) return field->get<bool>();
    Wrong(name, "is not true or false");
    return false;
  }
  // A whole number from 0 to `most`.
  uint64_t Count(const char* name, uint64_t most = kMostInt) {
    const Json* field = Find(name);
    if (field != nullptr && field->is_number_unsigned() && field->get<uint64_t>() <= most)
      return field->get<uint64_t>();
    Wrong(name, "is not a whole number from 0 to " + std::to_string(most));
    return 0;
  }
  const Json& List(const char* name) {
    static const Json* const kNone = new Json(Json::array());
    const Json* field = Find(name);
    if (field != nullptr && field->is_array()) return *field;
    Wrong(name, "is not a list");
    return *kNone;
  }
  const Json& Object(const char* name) {
    static const Json* const kNone = new Json(Json::object());
    const Json* field = Find(name);
    if (field != nullptr && field->is_object()) return *field;
    Wrong(name, "is not an object");
    return *kNone;
  }

  // Fields that may be missing.
  std::string TextOr(const char* name, std::string otherwise = "") {
    return Has(name) ? Text(name) : std::move(otherwise);
  }
  double NumberOr(const char* name, double otherwise = 0) { return Has(name) ? Number(name) : otherwise; }
  bool FlagOr(const char* name, bool otherwise) { return Has(name) ? Flag(name) : otherwise; }
  uint64_t CountOr(const char* name, uint64_t otherwise = 0, uint64_t most = kMostInt) {
    return Has(name) ? Count(name, most) : otherwise;
  }

  void Wrong(const std::string& name, const std::string& how) {
    if (wrong_.empty()) wrong_ = "'" + name + "' " + how;
  }
  // Takes over the fault of `inner`, the fields of the object `name` in this event.
  void Inside(const char* name, const EventFields& inner) {
    if (!inner.ok()) Wrong(name, "does not fit: " + inner.wrong());
  }
  bool ok() const { return wrong_.empty(); }
  // The first fault, for a person; empty if there is none.
  const std::string& wrong() const { return wrong_; }

 private:
  // Null if the field is missing, which is remembered as a fault, or after an earlier fault.
  const Json* Find(const char* name) {
    if (!ok()) return nullptr;
    const auto field = event_.find(name);
    if (field != event_.end()) return &*field;
    Wrong(name, "is missing");
    return nullptr;
  }

  const Json& event_;
  std::string wrong_;
};

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EVENT_FIELDS_H_
