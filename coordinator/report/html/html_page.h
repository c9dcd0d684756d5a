// The HTML report's page around its data. Generated from html/: see BUILD.bazel.
#ifndef FASTEST_COORDINATOR_REPORT_HTML_HTML_PAGE_H_
#define FASTEST_COORDINATOR_REPORT_HTML_HTML_PAGE_H_

#include <string>

namespace fastest::report {

// `data`: the run as deflated JSON, in base64.
std::string HtmlPage(const std::string& data);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_HTML_HTML_PAGE_H_
