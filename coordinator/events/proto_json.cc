#include "coordinator/events/proto_json.h"

#include <google/protobuf/util/json_util.h>

#include <string>

namespace fastest::events {

Json FromMessage(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return Json::object();
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  // Protobuf lets bytes through that are not UTF-8. They are replaced, as in all other fields.
  const std::string dumped = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  json = Json::parse(Json::parse(dumped).get<std::string>(), nullptr, false);
  return json.is_discarded() ? Json::object() : json;
}

bool ToMessage(const Json& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return google::protobuf::util::JsonStringToMessage(text, message, options).ok();
}

Json FromSections(const google::protobuf::RepeatedPtrField<v1::Section>& sections) {
  Json list = Json::array();
  for (const v1::Section& section : sections) {
    list.push_back({{"name", section.name()}, {"content", section.content()}});
  }
  return list;
}

}  // namespace fastest::events
