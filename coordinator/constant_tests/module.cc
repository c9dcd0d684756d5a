#include "coordinator/constant_tests/module.h"

#include <zlib.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/constant_tests/accept.h"
#include "coordinator/constant_tests/evaluate.h"

namespace fastest::constant_tests {

Module Decide(std::string_view bytes, discovery::SyntaxParser& parser) {
  Module module;
  module.crc32 =
      static_cast<uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  const discovery::Node tree = parser.Parse(bytes);
  if (parser.HasError()) {
    module.why_not = "it is not read without error";
    return module;
  }
  const Accepted accepted = Accept(bytes, tree);
  module.why_not = accepted.why_not;
  for (const TestFunction& test : accepted.tests) {
    const auto began = std::chrono::steady_clock::now();
    if (!Evaluation(bytes).Passes(test)) {
      module.tests.clear();
      module.why_not = absl::StrCat(test.name, " is not sure to pass");
      return module;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    module.tests.push_back({test.name, test.line, took.count()});
  }
  return module;
}

}  // namespace fastest::constant_tests
