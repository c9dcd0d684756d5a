// Event lines other than results: JsonReporter writes them and EventReader reads them, without loss. Results are in
// result_line.h. docs/events.md describes all lines.
// The …Of functions return what a line says. `fields` then says what is wrong with the line, if anything is.
#ifndef FASTEST_COORDINATOR_EVENTS_EVENT_CODEC_H_
#define FASTEST_COORDINATOR_EVENTS_EVENT_CODEC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/text_buffer.h"
#include "coordinator/events/event_fields.h"
#include "coordinator/report/reporter.h"
#include "coordinator/results/run_summary.h"
#include "proto/test.pb.h"

namespace fastest::events {

// The version of the lines' form (`schema` of run_started) that this program writes and reads.
constexpr uint64_t kSchema = 1;

void AddTestStartedLine(const v1::TestRef& test, const results::Origin& origin, double at, TextBuffer* lines);

// A collect_error or a collect_skip line.
Json CollectEvent(const v1::CollectReport& report);
v1::CollectReport CollectOf(EventFields& fields);

// The line holds all of RunStart, also what only reports need (`header`, `options`). A run_started that was written
// before any worker was ready is followed by a session_started with the same fields, which then say more.
Json RunStartedEvent(const results::RunStart& run);
Json SessionStartedEvent(const results::RunStart& run);
results::RunStart RunStartOf(EventFields& fields);

Json RunFinishedEvent(const results::RunSummary& summary);
results::RunSummary SummaryOf(EventFields& fields);

// Ids are written without the module that they begin with ("::test_x"). Further tests of the same id are written as an
// object with their index.
void AddCollectedLine(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s,
                      TextBuffer* lines);
std::vector<v1::TestRef> CollectedOf(EventFields& fields);

// Text that a worker wrote. Output that is not UTF-8 stands in `base64` and not in `text` (a character may be cut in
// two).
Json OutputEvent(const v1::WorkerMessage::Output& output, const results::Origin& origin);
v1::WorkerMessage::Output OutputOf(EventFields& fields);

results::Origin OriginOf(EventFields& fields);

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EVENT_CODEC_H_
