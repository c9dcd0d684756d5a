// Cuts a Python file down to what discovery has to understand.
//
// Test files are mostly function bodies. A full parse of them would take nearly all of discovery's time. So a scan goes
// first, which knows only strings, brackets, comments and indentation. The scan takes out every function with its body,
// notes its name, arguments and line, and leaves a number in its place. The rest (imports, assignments, decorators,
// classes, conditions) is short and goes to tree-sitter.
#ifndef FASTEST_COORDINATOR_DISCOVERY_TEXT_SKIM_H_
#define FASTEST_COORDINATOR_DISCOVERY_TEXT_SKIM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fastest::discovery {

struct SkimmedFunction {
  std::string_view name;
  // Of the `def`, from 1.
  int line = 0;
  bool is_async = false;
  // There is a `yield` in the body.
  bool yields = false;
  // The function has positional-only arguments, which pytest's versions treat differently.
  bool positional_only = false;
  // Names that have no default and can be given by keyword, in order, with `self`. pytest looks for fixtures of these
  // names.
  std::vector<std::string_view> arguments;
};

struct Outline {
  // The file without functions. The statement "0" stands for a function, or for a row of functions without decorators.
  // Below decorators, "def _():0" stands for it.
  std::string text;
  std::vector<SkimmedFunction> functions;
  // Where such a statement starts in `text`, and which functions it stands for. Ascending.
  struct Gap {
    uint32_t offset;
    uint32_t first;
    uint32_t count;
  };
  std::vector<Gap> gaps;
  // The line of the file that `text` shows from an offset on. Ascending.
  struct LineMark {
    uint32_t offset;
    int line;
  };
  std::vector<LineMark> lines;
  // The line that cannot be Python, or 0. If there is one, nothing else counts.
  int error_line = 0;

  // The line of the file at `offset` of `text`.
  int LineAt(uint32_t offset) const;
};

// `source` is what ReadSource gives. The views in the result point into it.
Outline Skim(std::string_view source);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TEXT_SKIM_H_
