// A status whose message says where it belongs: "--metrics" before "host:x: no such port".
#ifndef FASTEST_BASE_STATUS_PREFIX_H_
#define FASTEST_BASE_STATUS_PREFIX_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fastest {

// The same status with `prefix` and a blank before its message; OK stays OK.
inline absl::Status WithPrefix(absl::string_view prefix, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, " ", status.message()));
}

}  // namespace fastest

#endif  // FASTEST_BASE_STATUS_PREFIX_H_
