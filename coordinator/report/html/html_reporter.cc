#include "coordinator/report/html/html_reporter.h"

#include <libdeflate.h>

#include <new>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "coordinator/report/html/html_page.h"

namespace fastest::report {
namespace {

constexpr size_t kAll = static_cast<size_t>(-1);

// The lowest level: the run waits for its page, and at any level a test takes some ten bytes.
constexpr int kLevel = 1;

// zlib's own form, which browsers call "deflate". libdeflate needs a third of zlib's time.
std::string Deflated(const std::string& text) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(kLevel);
  if (compressor == nullptr) throw std::bad_alloc();
  std::string out(libdeflate_zlib_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_zlib_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
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
