// Protocol buffer messages as the JSON of the worker protocol: proto3's JSON form, but with the proto's own field names
// and with 64-bit integers as numbers. protobuf's own converter takes several times as long, and an agent converts a
// message for every test.
#ifndef FASTEST_AGENT_WORKERS_MESSAGE_JSON_H_
#define FASTEST_AGENT_WORKERS_MESSAGE_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace fastest::agent {

// Fills `message`, which is cleared first. Unknown fields and enum names are skipped; null means "not set". Enums are
// names or numbers, 64-bit integers are numbers or strings, bytes are base64. InvalidArgument says what is wrong, and
// where: not JSON, not UTF-8, or a value that its field cannot hold.
absl::Status MessageFromJson(absl::string_view json, google::protobuf::Message* message);

// One line. Leaves out fields that have their default value.
std::string MessageToJson(const google::protobuf::Message& message);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_MESSAGE_JSON_H_
