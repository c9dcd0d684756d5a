// Frames over a stream socket: 4 bytes big-endian length, then that many bytes. What is in them is the users' business.
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

  // The next whole frame; nullopt if more bytes are needed. InvalidArgument if the announced length is 0 or too large:
  // the stream is not made of frames, and every later call gives the same error.
  absl::StatusOr<std::optional<std::string>> Next();

  // Whether a frame has begun that is not whole.
  bool HasPartialFrame() const { return buffer_.size() > used_; }

 private:
  size_t max_frame_bytes_;
  std::string buffer_;
  // How much of the front of buffer_ has been given out.
  size_t used_ = 0;
};

// The length and the payload, ready for a stream. Precondition: 1 … kMaxFrameBytes bytes.
std::string EncodeFrame(absl::string_view payload);

// Two connected Unix stream sockets, both close-on-exec.
absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakeSocketPair();

// One end of a Unix stream socket that carries frames, without ever blocking: what the socket does not take is kept,
// and sent when the owner calls Flush. Not thread-safe.
class FrameChannel {
 public:
  // Makes the socket non-blocking.
  explicit FrameChannel(UniqueFd socket);

  int fd() const { return socket_.get(); }

  // Queues a frame, with descriptors that travel with its first byte (SCM_RIGHTS) and are closed here once they have
  // been sent, and flushes. Errors as of Flush; InvalidArgument for a frame that is empty or too long.
  absl::Status Send(absl::string_view payload, std::vector<UniqueFd> fds = {});

  // Sends what the socket takes now. Unavailable: the peer has gone.
  absl::Status Flush();
  // Whether something waits until the socket takes more.
  bool WantsWrite() const { return !outgoing_.empty(); }

  struct Input {
    // Whole frames, in order.
    std::vector<std::string> frames;
    // The peer will send nothing any more.
    bool closed = false;
  };
  // All that has arrived, up to about `limit` bytes, so that one busy peer does not keep the others waiting.
  // InvalidArgument: the peer does not send frames, or closed in the midst of one; the frames before that are in
  // `input`.
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
