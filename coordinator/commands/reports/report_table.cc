#include "coordinator/commands/reports/report_table.h"

#include <iostream>
#include <utility>

#include "coordinator/events/json_reporter.h"
#include "coordinator/report/files/ctrf_reporter.h"
#include "coordinator/report/files/junit_reporter.h"
#include "coordinator/report/files/markdown_reporter.h"
#include "coordinator/report/files/trace_reporter.h"
#include "coordinator/report/html/html_reporter.h"

namespace fastest::commands {
namespace {

using Sink = std::unique_ptr<report::ByteSink>;
using Reporter = std::unique_ptr<report::Reporter>;

// For a report that is written at the end: the file appears as a whole, or not at all.
absl::StatusOr<Sink> AtTheEnd(const std::string& path) { return report::MakeReplacedFile(path); }

// For a report that needs nothing but its file.
template <typename SomeReporter>
Reporter Make(Sink sink, ReportInputs /*inputs*/) {
  return std::make_unique<SomeReporter>(std::move(sink), std::cerr);
}

Reporter MakeJunit(Sink sink, ReportInputs inputs) {
  report::JunitOptions options;
  options.prefix = inputs.request.junit_prefix;
  return std::make_unique<report::JunitReporter>(std::move(sink), options, std::cerr);
}

Reporter MakePage(Sink sink, ReportInputs inputs) {
  return std::make_unique<report::HtmlReporter>(std::move(sink), std::move(inputs.earlier), std::cerr);
}

}  // namespace

const std::vector<ReportRow>& ReportTable() {
  static const auto* const kTable = new std::vector<ReportRow>{
      {"--report-json", report::OpenReportFile, Make<events::JsonReporter>},
      {"--junitxml", AtTheEnd, MakeJunit},
      {"--report-html", AtTheEnd, MakePage},
      {"--report-markdown", AtTheEnd, Make<report::MarkdownReporter>},
      {"--report-ctrf", AtTheEnd, Make<report::CtrfReporter>},
      {"--trace-json", AtTheEnd, Make<report::TraceReporter>},
  };
  return *kTable;
}

}  // namespace fastest::commands
