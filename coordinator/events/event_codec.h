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

// Adds the line of a test that passed plainly, which is what most lines are: the same as would be put together field by field, in a tenth
// of the time. False, with nothing added, for any other result.
bool AddPlainResultLine(const v1::TestResult& result, const results::Origin& origin, TextBuffer* lines);

void AddTestStartedLine(const v1::TestRef& test, const results::Origin& origin, double at, TextBuffer* lines);

// Adds the fields that only those need who rebuild reports: where the test stands (`line`; `path` and `domain` where the node id does not
// spell them), its lease, and `reports`, pytest's own, where `phases` and `stages` do not say all of them.
void AddWholeResult(const v1::TestResult& result, Json& event);
// The result of a line that is otherwise complete. What is wrong with the line is the fields' to say.
v1::TestResult WholeResult(EventFields& fields);

// The same for collect_error and collect_skip.
void AddWholeCollect(const v1::CollectReport& report, Json& event);
v1::CollectReport WholeCollect(EventFields& fields);

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
