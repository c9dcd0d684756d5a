// The version of all programs of the project.
#ifndef FASTEST_BASE_VERSION_H_
#define FASTEST_BASE_VERSION_H_

namespace fastest {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace fastest

#endif  // FASTEST_BASE_VERSION_H_
