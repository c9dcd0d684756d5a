// The event lines of a test's result: written here, and read here without loss. docs/events.md describes them.
#ifndef FASTEST_COORDINATOR_EVENTS_RESULT_LINE_H_
#define FASTEST_COORDINATOR_EVENTS_RESULT_LINE_H_

#include <string_view>

#include "base/text_buffer.h"
#include "coordinator/events/event_fields.h"
#include "coordinator/results/run_facts.h"
#include "proto/test.pb.h"

namespace fastest::events {

// Adds the line of `result`, and before it a line for each of the test's subtests. `type` is "result", or "attempt" for
// an attempt that was not the test's last.
void AddResultLines(std::string_view type, const v1::TestResult& result, const results::Origin& origin,
                    TextBuffer* lines);

// The result that such a line tells. `fields` says afterwards what is wrong with the line, if anything is.
v1::TestResult ResultOf(EventFields& fields);

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_RESULT_LINE_H_
