// Measures discovery of one file: reading the facts with tree-sitter, among them the ids of a large parametrization.
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "coordinator/discovery/facts/file_reader.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest {
namespace {

// A module with so many typical tests: fixtures, parameters, a class, bodies of a few lines.
std::string ModuleText(int tests) {
  std::string text =
      "import os\n\nimport pytest\n\n\n@pytest.fixture\ndef record(tmp_path):\n    entry = {\"path\": tmp_path}\n    "
      "yield entry\n"
      "    entry.clear()\n";
  for (int i = 0; i + 4 <= tests; i += 4) {
    absl::StrAppend(
        &text, "\n\n@pytest.mark.parametrize((\"value\", \"square\"), [(1, 1), (2, 4)])\ndef test_square_", i,
        "(value, square):\n    assert value * value == square\n\n\nclass TestGroup", i,
        ":\n    def test_one(self, record):\n        values = [number for number in range(", i,
        ")]\n        assert len(values) == ", i,
        "\n\n    def test_two(self):\n        with pytest.raises(ValueError, match=\"no\"):\n            int(\"x\")\n");
  }
  return text;
}

void ReadModule(benchmark::State& state) {
  const int tests = static_cast<int>(state.range(0));
  const std::string text = ModuleText(tests);
  discovery::SyntaxParser parser;
  for (auto _ : state) {
    const discovery::File file = discovery::ReadFacts(text, parser);
    benchmark::DoNotOptimize(&file);
  }
  state.SetItemsProcessed(state.iterations() * tests);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(ReadModule)->ArgName("tests")->Arg(48)->Arg(1000)->Unit(benchmark::kMicrosecond);

void ParameterIds(benchmark::State& state) {
  const int count = static_cast<int>(state.range(0));
  std::string text = "import pytest\n\n@pytest.mark.parametrize(\"number, name\", [";
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, "(", i, ", 'name ", i, "'), ");
  text += "])\ndef test_it(number, name): pass\n";
  discovery::SyntaxParser parser;
  for (auto _ : state) {
    const discovery::File file = discovery::ReadFacts(text, parser);
    benchmark::DoNotOptimize(&file);
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(ParameterIds)->ArgName("sets")->Arg(10)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fastest
