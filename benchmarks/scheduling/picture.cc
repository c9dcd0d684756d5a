#include "benchmarks/scheduling/picture.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::scheduling {
namespace {

constexpr int kLabelWidth = 240;
constexpr int kBarsWidth = 620;
constexpr int kBarHeight = 9;
constexpr int kTop = 56;
// Longer bars are cut off here. The figure beside a bar is exact.
constexpr double kMaxRatio = 4;
constexpr const char* kColors[] = {"#c9c9c9", "#a8a8a8", "#878787", "#e0a458", "#c96f4a", "#9fc3a0", "#2f6f9f"};

double X(double ratio) { return kLabelWidth + (std::min(ratio, kMaxRatio) - 1) / (kMaxRatio - 1) * kBarsWidth; }

}  // namespace

std::string PictureOf(const std::vector<Row>& rows) {
  const std::vector<std::string> policies = PolicyNames();
  const int row_height = static_cast<int>(policies.size()) * kBarHeight + 14;
  const int height = kTop + row_height * static_cast<int>(rows.size()) + 24;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
      "<text x=\"10\" y=\"18\" font-size=\"14\">Makespan as a multiple of the floor, mean over seeds</text>\n",
      kLabelWidth + kBarsWidth + 60, height);
  int x = 10;
  for (size_t p = 0; p < policies.size(); ++p) {
    absl::StrAppendFormat(&svg,
                          "<rect x=\"%d\" y=\"28\" width=\"10\" height=\"10\" fill=\"%s\"/>"
                          "<text x=\"%d\" y=\"37\">%s</text>\n",
                          x, kColors[p], x + 14, policies[p]);
    x += 34 + 7 * static_cast<int>(policies[p].size());
  }
  for (double tick = 1; tick <= kMaxRatio; tick += 0.5) {
    absl::StrAppendFormat(&svg,
                          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#e4e4e4\"/>"
                          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#666\">%.1f</text>\n",
                          X(tick), kTop - 6, X(tick), height - 22, X(tick), height - 8, tick);
  }
  int y = kTop;
  for (const Row& row : rows) {
    absl::StrAppendFormat(&svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", kLabelWidth - 8,
                          y + row_height / 2, row.scenario.name);
    for (size_t p = 0; p < row.ratios.size(); ++p) {
      const Ratio& ratio = row.ratios[p];
      if (!ratio.known) continue;
      const int bar_y = y + static_cast<int>(p) * kBarHeight;
      absl::StrAppendFormat(&svg,
                            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                            "<text x=\"%.1f\" y=\"%d\" font-size=\"8\">%.2f</text>\n",
                            kLabelWidth, bar_y, std::max(X(ratio.mean) - kLabelWidth, 1.0), kBarHeight - 1, kColors[p],
                            X(ratio.mean) + 3, bar_y + kBarHeight - 2, ratio.mean);
    }
    y += row_height;
  }
  return absl::StrCat(svg, "</svg>\n");
}

}  // namespace fastest::scheduling
