#include "coordinator/report/html_reporter.h"

#include <zlib.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "coordinator/report/html_page.h"

namespace fastest::report {
namespace {

constexpr size_t kAll = static_cast<size_t>(-1);

// zlib's own form, which browsers call "deflate".
std::string Deflated(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(),
            Z_BEST_SPEED);
  out.resize(size);
  return out;
}

}  // namespace

bool HtmlReporter::Finished(const results::RunSummary& summary) {
  HtmlData::Finished(summary);
  FileNumbers files;
  const std::string tests = Columns(this->tests(), 0, kAll, kAll, &files).columns;
  const std::string attempts = Columns(this->attempts(), 0, kAll, kAll, &files).columns;
  Json data = {{"about", About(summary)}, {"files", files.names()}, {"lanes", lanes()}, {"collected", collected()}};
  if (!earlier_.name.empty()) data["earlier"] = Earlier(earlier_);
  std::string text = Dump(data);
  text.back() = ',';
  absl::StrAppend(&text, "\"tests\":", tests, ",\"attempts\":", attempts, "}");
  absl::Status status = sink_->Write(HtmlPage(absl::Base64Escape(Deflated(text))));
  if (status.ok()) status = sink_->Close();
  if (!status.ok()) {
    err_ << absl::StrCat("fastest: no HTML report: ", status.message(), "\n");
    err_.flush();
  }
  return status.ok();
}

}  // namespace fastest::report
