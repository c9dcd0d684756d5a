// A file descriptor with one owner.
#ifndef FASTEST_BASE_PROCESS_UNIQUE_FD_H_
#define FASTEST_BASE_PROCESS_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace fastest {

// The destructor closes the descriptor. Move-only; not thread-safe.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  // -1: there is none.
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Gives the descriptor to the caller, who closes it.
  int release() { return std::exchange(fd_, -1); }

  // An error of close() is ignored: the descriptor is gone in any case.
  void reset(int fd = -1) {
    const int old = std::exchange(fd_, fd);
    if (old >= 0 && old != fd) ::close(old);
  }

 private:
  int fd_ = -1;
};

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_UNIQUE_FD_H_
