// Decides modules from standard input, for the comparison with CPython. A module is a line with its length in decimal,
// followed by so many bytes. The answer is a line: the names of the tests, separated by blanks, if all are decided to
// pass; otherwise "? " and the reason.
#include <iostream>
#include <string>

#include "coordinator/constant_tests/module.h"
#include "coordinator/discovery/text/syntax.h"

int main() {
  std::ios::sync_with_stdio(false);
  fastest::discovery::SyntaxParser parser;
  size_t length = 0;
  while (std::cin >> length) {
    std::cin.get();
    std::string bytes(length, '\0');
    if (!std::cin.read(bytes.data(), static_cast<std::streamsize>(length))) {
      std::cerr << "decide: standard input ends within a module\n";
      return 1;
    }
    const fastest::constant_tests::Module module = fastest::constant_tests::Decide(bytes, parser);
    if (!module.why_not.empty()) {
      std::cout << "? " << module.why_not << "\n";
    } else {
      const char* separator = "";
      for (const fastest::constant_tests::Passed& test : module.tests) {
        std::cout << separator << test.name;
        separator = " ";
      }
      std::cout << "\n";
    }
    std::cout.flush();
  }
  return std::cin.eof() ? 0 : 1;
}
