// Frames over a stream socket: 4 bytes of length, big-endian, then that many bytes of any kind.
#ifndef FASTEST_BASE_PROCESS_FRAME_CHANNEL_H_
#define FASTEST_BASE_PROCESS_FRAME_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/process/unique_fd.h"

namespace fastest {

inline constexpr size_t kMaxFrameBytes = size_t{64} << 20;

// Cuts a stream of bytes into frames, however the bytes arrive. No I/O; not thread-safe.
class FrameDecoder {
 public:
  explicit FrameDecoder(size_t max_frame_bytes = kMaxFrameBytes) : max_frame_bytes_(max_frame_bytes) {}

  void Append(absl::string_view bytes);

  // The next whole frame; nullopt: more bytes are needed. InvalidArgument: the announced length is 0 or too large. Then
  // the stream is not made of frames, and every later call gives the same error.
  absl::StatusOr<std::optional<std::string>> Next();

  // A frame has begun and is not whole.
  bool HasPartialFrame() const { return buffer_.size() > used_; }

 private:
  size_t max_frame_bytes_;
  std::string buffer_;
  // How much of the front of buffer_ was given out.
  size_t used_ = 0;
};

// Length and payload, ready for a stream. Precondition: 1 to kMaxFrameBytes bytes.
std::string EncodeFrame(absl::string_view payload);

// Two connected Unix stream sockets, both close-on-exec.
absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakeSocketPair();

// One end of a Unix stream socket that carries frames. Never blocks: bytes that the socket does not take are kept, and
// sent when the owner calls Flush. Not thread-safe.
class FrameChannel {
 public:
  // Makes the socket non-blocking.
  explicit FrameChannel(UniqueFd socket);

  int fd() const { return socket_.get(); }

  // Queues a frame and flushes. The descriptors travel with the frame's first byte (SCM_RIGHTS), and are closed here
  // once they have been sent. Errors as of Flush. InvalidArgument: the frame is empty or too long.
  absl::Status Send(absl::string_view payload, std::vector<UniqueFd> fds = {});

  // Sends as much as the socket takes now. Unavailable: the peer has gone.
  absl::Status Flush();
  // Whether bytes wait until the socket takes more.
  bool WantsWrite() const { return !outgoing_.empty(); }

  struct Input {
    // Whole frames, in order.
    std::vector<std::string> frames;
    // The peer sends nothing more.
    bool closed = false;
  };
  // Reads what has arrived, up to about `limit` bytes: one busy peer does not keep the others waiting. InvalidArgument:
  // the peer does not send frames, or closed within a frame; the frames before that are in `input`.
  absl::Status Receive(Input* input, size_t limit = size_t{1} << 20);

 private:
  struct Outgoing {
    std::string bytes;
    size_t sent = 0;
    std::vector<UniqueFd> fds;
  };

  UniqueFd socket_;
  FrameDecoder decoder_;
  std::deque<Outgoing> outgoing_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_FRAME_CHANNEL_H_
