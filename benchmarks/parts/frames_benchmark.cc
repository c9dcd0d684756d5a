// Measures a frame's way from one end of a socket to the other, as between agent and worker.
#include <string>
#include <utility>

#include "base/process/frame_channel.h"
#include "benchmark/benchmark.h"

namespace fastest {
namespace {

void FramesOverASocket(benchmark::State& state) {
  auto sockets = MakeSocketPair();
  if (!sockets.ok()) {
    state.SkipWithError("no sockets");
    return;
  }
  FrameChannel from(std::move(sockets->first));
  FrameChannel to(std::move(sockets->second));
  const std::string payload(static_cast<size_t>(state.range(0)), 'x');
  // A quick worker sends about this many frames together.
  constexpr int kAtOnce = 16;
  for (auto _ : state) {
    int received = 0;
    for (int i = 0; i < kAtOnce; ++i) {
      if (!from.Send(payload).ok()) state.SkipWithError("cannot send");
    }
    while (received < kAtOnce) {
      FrameChannel::Input input;
      if (!from.Flush().ok() || !to.Receive(&input).ok()) {
        state.SkipWithError("cannot receive");
        return;
      }
      received += static_cast<int>(input.frames.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * kAtOnce);
  state.SetBytesProcessed(state.iterations() * kAtOnce * state.range(0));
}
BENCHMARK(FramesOverASocket)->ArgName("bytes")->Arg(100)->Arg(4096)->Arg(65536)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fastest
