// The run as one page that needs nothing but itself: `--report-html`. The page's own parts are in html/.
#ifndef FASTEST_COORDINATOR_REPORT_HTML_HTML_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_HTML_HTML_REPORTER_H_

#include <memory>
#include <ostream>
#include <utility>

#include "coordinator/report/byte_sink.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/html/html_data.h"

namespace fastest::report {

// Not thread-safe. In the page, results stand in columns, deflated and in base64: about 20 bytes for a test that passed, and nothing that a
// test says can be markup.
class HtmlReporter : public HtmlData {
 public:
  // `earlier`: what to compare with, empty for nothing. The first error of `sink` is told on `err`, which must outlive the reporter.
  HtmlReporter(std::unique_ptr<ByteSink> sink, EarlierReport earlier, std::ostream& err)
      : sink_(std::move(sink)), earlier_(std::move(earlier)), err_(err) {}

  bool OnlyWritesAFile() const override { return true; }
  // False if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
  const std::unique_ptr<ByteSink> sink_;
  const EarlierReport earlier_;
  std::ostream& err_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_HTML_HTML_REPORTER_H_
