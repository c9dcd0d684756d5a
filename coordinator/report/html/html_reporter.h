// Writes the run as one page that needs no other file (`--report-html`). The parts of the page are in html/.
#ifndef FASTEST_COORDINATOR_REPORT_HTML_HTML_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_HTML_HTML_REPORTER_H_

#include <memory>
#include <ostream>
#include <utility>

#include "coordinator/report/byte_sink.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/html/html_data.h"

namespace fastest::report {

// In the page, results are in columns, deflated and in base64: about 20 bytes for a test that passed. No text of a test
// can become markup. Not thread-safe.
class HtmlReporter : public HtmlData {
 public:
  // `earlier` is what to compare with, or empty. The first error of `sink` is told on `err`, which must outlive the
  // reporter.
  HtmlReporter(std::unique_ptr<ByteSink> sink, EarlierReport earlier, std::ostream& err)
      : sink_(std::move(sink)), earlier_(std::move(earlier)), err_(err) {}

  bool OnlyWritesAFile() const override { return true; }
  // Returns false if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
  const std::unique_ptr<ByteSink> sink_;
  const EarlierReport earlier_;
  std::ostream& err_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_HTML_HTML_REPORTER_H_
