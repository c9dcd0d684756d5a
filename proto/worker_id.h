// What workers are called: "gw0", "gw1" and so on, as in pytest-xdist.
#ifndef FASTEST_PROTO_WORKER_ID_H_
#define FASTEST_PROTO_WORKER_ID_H_

#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace fastest {

inline constexpr char kWorkerPrefix[] = "gw";

inline std::string WorkerId(int number) { return absl::StrCat(kWorkerPrefix, number); }

// 3 for "gw3". Nullopt: no worker is called so.
inline std::optional<int> WorkerNumber(absl::string_view id) {
  int number = 0;
  if (!absl::ConsumePrefix(&id, kWorkerPrefix) || !absl::SimpleAtoi(id, &number)) return std::nullopt;
  return number;
}

}  // namespace fastest

#endif  // FASTEST_PROTO_WORKER_ID_H_
