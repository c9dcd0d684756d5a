// A report in memory, for tests.
#ifndef FASTEST_COORDINATOR_REPORT_TESTING_STRING_SINK_H_
#define FASTEST_COORDINATOR_REPORT_TESTING_STRING_SINK_H_

#include <string>
#include <string_view>

#include "coordinator/report/byte_sink.h"

namespace fastest::report {

class StringSink : public ByteSink {
 public:
  // Appends to `*written`, which must outlive the sink. Close sets `*closed`, if given, to true. Once `error` is set,
  // each call fails with it.
  explicit StringSink(std::string* written, bool* closed = nullptr, const absl::Status* error = nullptr)
      : written_(written), closed_(closed), error_(error) {}

  absl::Status Write(std::string_view bytes) override {
    if (error_ != nullptr && !error_->ok()) return *error_;
    *written_ += bytes;
    return absl::OkStatus();
  }

  absl::Status Close() override {
    if (closed_ != nullptr) *closed_ = true;
    return error_ != nullptr ? *error_ : absl::OkStatus();
  }

 private:
  std::string* const written_;
  bool* const closed_;
  const absl::Status* const error_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TESTING_STRING_SINK_H_
