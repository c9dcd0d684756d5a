#include "base/process/frame_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace fastest {
namespace {

constexpr size_t kHeaderBytes = 4;
// More than any user sends with one frame.
constexpr size_t kMaxFdsPerFrame = 8;

}  // namespace

void FrameDecoder::Append(absl::string_view bytes) {
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
  } else if (used_ > buffer_.size() / 2) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  buffer_.append(bytes.data(), bytes.size());
}

absl::StatusOr<std::optional<std::string>> FrameDecoder::Next() {
  if (buffer_.size() - used_ < kHeaderBytes) return std::nullopt;
  size_t length = 0;
  for (size_t i = 0; i < kHeaderBytes; ++i) length = length << 8 | static_cast<unsigned char>(buffer_[used_ + i]);
  if (length == 0 || length > max_frame_bytes_) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of ", length, " bytes was announced; 1 to ", max_frame_bytes_, " are allowed"));
  }
  if (buffer_.size() - used_ - kHeaderBytes < length) return std::nullopt;
  std::string frame = buffer_.substr(used_ + kHeaderBytes, length);
  used_ += kHeaderBytes + length;
  return frame;
}

std::string EncodeFrame(absl::string_view payload) {
  std::string bytes;
  bytes.reserve(kHeaderBytes + payload.size());
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  bytes.append(payload.data(), payload.size());
  return bytes;
}

absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakeSocketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::InternalError(absl::StrCat("socketpair: ", strerror(errno)));
  }
  return std::pair<UniqueFd, UniqueFd>(ends[0], ends[1]);
}

FrameChannel::FrameChannel(UniqueFd socket) : socket_(std::move(socket)) {
  fcntl(socket_.get(), F_SETFL, fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
}

absl::Status FrameChannel::Send(absl::string_view payload, std::vector<UniqueFd> fds) {
  if (payload.empty() || payload.size() > kMaxFrameBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a frame of ", payload.size(), " bytes cannot be sent"));
  }
  if (fds.size() > kMaxFdsPerFrame) return absl::InvalidArgumentError("too many descriptors for one frame");
  outgoing_.push_back({EncodeFrame(payload), 0, std::move(fds)});
  return Flush();
}

absl::Status FrameChannel::Flush() {
  while (!outgoing_.empty()) {
    Outgoing& front = outgoing_.front();
    iovec data = {front.bytes.data() + front.sent, front.bytes.size() - front.sent};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFdsPerFrame)] = {};
    if (!front.fds.empty()) {
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(sizeof(int) * front.fds.size());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int) * front.fds.size());
      for (size_t i = 0; i < front.fds.size(); ++i) {
        const int fd = front.fds[i].get();
        memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(int));
      }
    }
    const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return absl::OkStatus();
      outgoing_.clear();
      return absl::UnavailableError(absl::StrCat("the other side has gone: ", strerror(errno)));
    }
    front.fds.clear();
    front.sent += static_cast<size_t>(sent);
    if (front.sent == front.bytes.size()) outgoing_.pop_front();
  }
  return absl::OkStatus();
}

absl::Status FrameChannel::Receive(Input* input, size_t limit) {
  char buffer[64 << 10];
  size_t total = 0;
  while (total < limit && !input->closed) {
    const ssize_t got = recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) {
      // A reset is an end like any other: the peer has closed with bytes of ours unread.
      input->closed = true;
      break;
    }
    total += static_cast<size_t>(got);
    decoder_.Append(absl::string_view(buffer, static_cast<size_t>(got)));
    // A short read has emptied the socket. If the end has come, the next call sees it.
    if (static_cast<size_t>(got) < sizeof(buffer)) break;
  }
  while (true) {
    ASSIGN_OR_RETURN(std::optional<std::string> frame, decoder_.Next());
    if (!frame.has_value()) break;
    input->frames.push_back(*std::move(frame));
  }
  if (input->closed && decoder_.HasPartialFrame()) {
    return absl::InvalidArgumentError("the stream ended in the midst of a frame");
  }
  return absl::OkStatus();
}

}  // namespace fastest
