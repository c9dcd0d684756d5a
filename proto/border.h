// What may come in from another process. Agents and workers run the code of tests, so nothing that they say is believed
// as it stands. Sanitize() is called in two places: on each message of an agent where it enters the coordinator, and on
// each frame of a worker where it enters the agent. Who comes after these places needs no check of its own.
#ifndef FASTEST_PROTO_BORDER_H_
#define FASTEST_PROTO_BORDER_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fastest {

// Seconds, as a duration or since the epoch: up to the year 2096. Nanoseconds of it fit into an int64_t.
constexpr double kMostSeconds = 4e9;
// Tests of a module, lines of a file, slots, positions. Hundreds of such counts may be added up in an int.
constexpr uint32_t kMostCount = 10'000'000;
// Bytes, nanoseconds, ids of leases. Fits into an int64_t.
constexpr uint64_t kMostBig = 1'000'000'000'000'000'000;
// Exit codes and lines of files, up and down.
constexpr int32_t kMostSigned = 1'000'000'000;
// Slots of an agent. The coordinator keeps something for each of them.
constexpr uint32_t kMostSlots = 4096;
// Bytes of a text in one line, bytes of a text in several lines, and entries of a map, in which an agent or a worker
// speaks for itself.
constexpr size_t kMostLabelBytes = 1000;
constexpr size_t kMostLinesBytes = 100'000;
constexpr int kMostEntries = 1000;

// Makes every field of the message, and of the messages in it, one that all readers can use:
//   numbers    are finite and within the bounds above. NaN and infinity become 0, others the nearest bound.
//   enums      have a value that this program knows, else 0.
//   texts      in which an agent or a worker speaks for itself (names, versions, reasons) hold no control characters:
//              see ShownLine() and ShownLines(). The table in border.cc names the other texts: what tests and pytest
//              wrote stays as it is, because pytest shows it so.
//   the coordinator's own words in a result (quarantined, label, stages) are cleared.
// A field that is new is treated in this way, too. Thread-safe. Costs little: what needs no check is not visited.
void Sanitize(google::protobuf::Message* message);

// The text in one line, to be shown to a person: control characters, line breaks and marks of direction stand as \n,
// \x1b, \u202e …. A text that a CI system would take for a command ("::error::", "##[error]") gets a backslash. Cut
// after kMostLabelBytes.
std::string ShownLine(absl::string_view text);
// The same in several lines. Line breaks and tabs stay. Cut after kMostLinesBytes.
std::string ShownLines(absl::string_view text);

}  // namespace fastest

#endif  // FASTEST_PROTO_BORDER_H_
