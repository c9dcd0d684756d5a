// What is told of a run at its start: to agents what workers need, to reporters what the first ready worker has said.
// Pure functions.
#ifndef FASTEST_COORDINATOR_RUN_RUN_START_H_
#define FASTEST_COORDINATOR_RUN_RUN_START_H_

#include "coordinator/results/run_facts.h"
#include "coordinator/run/run_options.h"
#include "proto/run.pb.h"

namespace fastest::run {

// For every agent.
v1::RunSpec SpecOf(const RunOptions& options);

// For reporters, without started_at and hostname: what is known before any worker is ready, and all of it.
results::RunStart StartOf(const RunOptions& options);
results::RunStart StartOf(const RunOptions& options, const v1::WorkerMessage::Ready& ready);

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_RUN_START_H_
