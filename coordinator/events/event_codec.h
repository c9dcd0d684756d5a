// The parts of event lines that JsonReporter writes and EventReader reads: what the one writes, the other gets back without loss.
// docs/events.md describes the lines.
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

// The form of the lines that this program writes and reads (`schema` of run_started).
constexpr uint64_t kSchema = 1;

void AddTestStartedLine(const v1::TestRef& test, const results::Origin& origin, double at, TextBuffer* lines);

// A line that is a collect_error or a collect_skip.
Json CollectEvent(const v1::CollectReport& report);
v1::CollectReport CollectOf(EventFields& fields);

// A run_started line's `header` and `options` are in it; so is all else.
Json RunStartedEvent(const results::RunStart& run);
results::RunStart RunStartOf(EventFields& fields);

Json RunFinishedEvent(const results::RunSummary& summary);
results::RunSummary SummaryOf(EventFields& fields);

// Ids that begin with the module's are written without it ("::test_x"), those that stand twice as an object with their index.
void AddCollectedLine(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s,
                      TextBuffer* lines);
std::vector<v1::TestRef> CollectedOf(EventFields& fields);

// What a worker wrote; `base64` in place of `text` where that is not UTF-8 (a character may be cut in two).
Json OutputEvent(const v1::WorkerMessage::Output& output, const results::Origin& origin);
v1::WorkerMessage::Output OutputOf(EventFields& fields);

results::Origin OriginOf(EventFields& fields);

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EVENT_CODEC_H_
