// Cuts a Python file down to what discovery has to understand.
//
// Test files are mostly function bodies, and a full parse of them would take nearly all of discovery's time. So a scan that
// knows no more of Python than strings, brackets, comments and indentation goes first: it takes every function out, body and
// all, notes its name, arguments and line, and leaves a number in its place. What remains (imports, assignments, decorators,
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
  // There are positional-only arguments: pytest's versions disagree about them.
  bool positional_only = false;
  // Names that have no default and can be given by keyword, in order, `self` included: what pytest asks fixtures for.
  std::vector<std::string_view> arguments;
};

struct Outline {
  // The file without functions. A function or a row of undecorated ones has become the statement "0"; below decorators it
  // has become "def _():0".
  std::string text;
  std::vector<SkimmedFunction> functions;
  // Where such a statement starts in `text`, and which functions it stands for. Ascending.
  struct Gap {
    uint32_t offset;
    uint32_t first;
    uint32_t count;
  };
  std::vector<Gap> gaps;
  // From which offset in `text` on which line of the file is shown. Ascending.
  struct LineMark {
    uint32_t offset;
    int line;
  };
  std::vector<LineMark> lines;
  // The line that can't be Python, or 0. Then nothing else counts.
  int error_line = 0;

  // The line of the file that is at `offset` of `text`.
  int LineAt(uint32_t offset) const;
};

// The views in the result lie in `source`, which is what ReadSource gives.
Outline Skim(std::string_view source);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TEXT_SKIM_H_
