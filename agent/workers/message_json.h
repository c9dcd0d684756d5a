// Protocol buffer messages as the JSON of the worker protocol: proto3's JSON form with the proto's own field names,
// 64-bit integers as numbers. protobuf's own converter takes several times as long, and an agent does this for every
// test.
#ifndef FASTEST_AGENT_WORKERS_MESSAGE_JSON_H_
#define FASTEST_AGENT_WORKERS_MESSAGE_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace fastest::agent {

// Fills `message` (cleared first). Unknown fields and enum names are skipped; null means "not set". Enums come by name
// or number, 64-bit integers as numbers or strings, bytes as base64. InvalidArgument says what is wrong where: not
// JSON, not UTF-8, or a value that its field cannot hold.
absl::Status MessageFromJson(absl::string_view json, google::protobuf::Message* message);

// One line. Fields at their default are left out.
std::string MessageToJson(const google::protobuf::Message& message);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_MESSAGE_JSON_H_
