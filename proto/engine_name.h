// What an engine is called: in options, in reports, and in the `engine` of a result's event line.
#ifndef FASTEST_PROTO_ENGINE_NAME_H_
#define FASTEST_PROTO_ENGINE_NAME_H_

#include <optional>
#include <string_view>

#include "proto/test.pb.h"

namespace fastest {

inline constexpr v1::Engine kEngines[] = {v1::ENGINE_AUTO, v1::ENGINE_PYTEST, v1::ENGINE_DIRECT, v1::ENGINE_NATIVE};

// "auto", "pytest", "direct" or "native". A value that this program does not know is "auto".
inline const char* EngineName(v1::Engine engine) {
  switch (engine) {
    case v1::ENGINE_PYTEST:
      return "pytest";
    case v1::ENGINE_DIRECT:
      return "direct";
    case v1::ENGINE_NATIVE:
      return "native";
    default:
      return "auto";
  }
}

// The engine of that name, if there is one.
inline std::optional<v1::Engine> EngineNamed(std::string_view name) {
  for (const v1::Engine engine : kEngines) {
    if (name == EngineName(engine)) return engine;
  }
  return std::nullopt;
}

}  // namespace fastest

#endif  // FASTEST_PROTO_ENGINE_NAME_H_
