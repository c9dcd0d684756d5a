// The lines that every caller of a function that may fail would write. Examples:
//   RETURN_IF_ERROR(Write(file));
//   ASSIGN_OR_RETURN(const std::string text, Read(file));
#ifndef FASTEST_BASE_STATUS_MACROS_H_
#define FASTEST_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FASTEST_JOIN_INNER(a, b) a##b
#define FASTEST_JOIN(a, b) FASTEST_JOIN_INNER(a, b)

// Leaves the function with the status that `expression` gives, unless it is OK.
#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    if (absl::Status fastest_status = (expression); !fastest_status.ok()) { \
      return fastest_status;                                                \
    }                                                                       \
  } while (false)

// Declares or assigns `target` from the absl::StatusOr that `expression` gives, or leaves the function with its status.
// A type with a comma needs an alias: the preprocessor splits at the comma.
#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_INNER(FASTEST_JOIN(fastest_status_or_, __LINE__), target, expression)

#define ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                              \
  if (!result.ok()) {                                      \
    return std::move(result).status();                     \
  }                                                        \
  target = *std::move(result)

#endif  // FASTEST_BASE_STATUS_MACROS_H_
