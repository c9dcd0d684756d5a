// Messages of proto/ as JSON values, in protobuf's own mapping with the fields' names as they are in the .proto files.
#ifndef FASTEST_COORDINATOR_EVENTS_PROTO_JSON_H_
#define FASTEST_COORDINATOR_EVENTS_PROTO_JSON_H_

#include <google/protobuf/message.h>

#include "coordinator/events/event_fields.h"
#include "proto/test.pb.h"

namespace fastest::events {

// Bytes that are not UTF-8 become U+FFFD.
Json FromMessage(const google::protobuf::Message& message);

// Returns false if `json` does not have the form of the message. Fields that this program does not know are ignored.
bool ToMessage(const Json& json, google::protobuf::Message* message);

// Captured output, as `sections` of a line: [{"name": …, "content": …}].
Json FromSections(const google::protobuf::RepeatedPtrField<v1::Section>& sections);

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_PROTO_JSON_H_
