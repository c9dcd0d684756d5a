// Prints the table of options as JSON, for tools/options_page.py and the tests that hold it against pytest's own
// parser.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "coordinator/options/flag_table.h"

namespace fastest::options {
namespace {

const char* NameOf(Handling handling) {
  switch (handling) {
    case Handling::kOwn:
      return "own";
    case Handling::kAsked:
      return "asked";
    case Handling::kHanded:
      return "handed";
    case Handling::kText:
      return "text";
    case Handling::kSingleSession:
      return "single session";
    case Handling::kPytestCache:
      return "pytest cache";
    case Handling::kControlSession:
      return "control session";
    case Handling::kInteractive:
      return "interactive";
    case Handling::kConsumed:
      return "consumed";
  }
  return "";
}

const char* NameOf(Arity arity) {
  switch (arity) {
    case Arity::kFlag:
      return "flag";
    case Arity::kCount:
      return "count";
    case Arity::kValue:
      return "value";
    case Arity::kValues:
      return "values";
    case Arity::kOptionalValue:
      return "optional value";
    case Arity::kFlagOrWord:
      return "flag or word";
  }
  return "";
}

}  // namespace
}  // namespace fastest::options

int main() {
  nlohmann::ordered_json flags = nlohmann::ordered_json::array();
  for (const fastest::options::Flag& flag : fastest::options::FlagTable()) {
    flags.push_back({{"names", fastest::options::Names(flag)},
                     {"handling", fastest::options::NameOf(flag.handling)},
                     {"arity", fastest::options::NameOf(flag.arity)},
                     {"value", flag.value_name == nullptr ? "" : flag.value_name},
                     {"group", flag.group},
                     {"help", flag.help}});
  }
  puts(flags.dump(1).c_str());
  return 0;
}
