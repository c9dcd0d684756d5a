// The version that every program of the project answers to --version with.
#ifndef FASTEST_BASE_VERSION_H_
#define FASTEST_BASE_VERSION_H_

namespace fastest {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace fastest

#endif  // FASTEST_BASE_VERSION_H_
