// Runs the benchmarks of this folder: `tools/bench parts`.
#include "benchmark/benchmark.h"

BENCHMARK_MAIN();
