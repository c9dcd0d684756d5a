// Runs the benchmarks that stand beside it: `tools/bench parts`.
#include "benchmark/benchmark.h"

BENCHMARK_MAIN();
