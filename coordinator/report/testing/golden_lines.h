// Compares what a test wrote with a golden file, byte by byte and line by line: a difference is shown by its line.
#ifndef FASTEST_COORDINATOR_REPORT_TESTING_GOLDEN_LINES_H_
#define FASTEST_COORDINATOR_REPORT_TESTING_GOLDEN_LINES_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace fastest::report {

inline std::vector<std::string> LinesOf(std::istream& text) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// `written` has the lines of the golden file at `path`, and there are more than `least` of them.
inline void ExpectGoldenLines(const std::string& written, const std::string& path, size_t least) {
  std::ifstream file(path);
  std::istringstream text(written);
  const std::vector<std::string> expected = LinesOf(file);
  const std::vector<std::string> lines = LinesOf(text);
  EXPECT_GT(expected.size(), least) << path;
  EXPECT_EQ(lines.size(), expected.size()) << path;
  for (size_t i = 0; i < std::min(lines.size(), expected.size()); ++i) EXPECT_EQ(lines[i], expected[i]) << i + 1;
}

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TESTING_GOLDEN_LINES_H_
