#include "coordinator/events/earlier_run.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/events/event_fields.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/report/text/outcome_words.h"

namespace fastest::events {
namespace {

constexpr char kDataBegins[] = "<script type=\"text/plain\" id=\"data\">";

// Keeps each test's last word.
class Collector final : public report::Reporter {
 public:
  explicit Collector(report::EarlierReport* earlier) : earlier_(earlier) {}
  void Result(const v1::TestResult& result, const results::Origin&) override {
    if (result.ref().index() > 0) return;
    double seconds = 0;
    for (const v1::Phase& phase : result.phases()) seconds += phase.subtest().empty() ? phase.duration_s() : 0;
    earlier_->tests[result.ref().node_id()] = {report::OutcomeLetter(result), seconds};
  }

 private:
  report::EarlierReport* const earlier_;
};

// Nothing if it is damaged.
std::string Inflated(const std::string& bytes) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) return "";
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  char piece[size_t{64} * 1024];
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof(piece);
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, sizeof(piece) - stream.avail_out);
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END ? text : "";
}

// Reads the columns of the page: see report/html/page/run.js. Returns false if they are not as Fastest writes them.
bool ReadColumns(const Json& data, report::EarlierReport* earlier) {
  try {
    const Json& tests = data.at("tests");
    const auto files = data.at("files").get<std::vector<std::string>>();
    const auto outcomes = tests.at("outcome").get<std::string>();
    const auto names = tests.at("name").get<std::vector<std::string>>();
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& file = files.at(tests.at("file").at(i).get<size_t>());
      double micros = 0;
      for (const char* phase : {"setup", "call", "teardown"}) micros += tests.at(phase).at(i).get<double>();
      earlier->tests[names[i] == file ? file : absl::StrCat(file, "::", names[i])] = {outcomes.at(i), micros / 1e6};
    }
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

absl::Status ReadPage(const std::string& page, report::EarlierReport* earlier) {
  const size_t begin = page.find(kDataBegins);
  const size_t end = begin == std::string::npos ? begin : page.find("</script>", begin);
  if (end == std::string::npos) {
    return absl::InvalidArgumentError("neither event lines (--report-json) nor a report that --report-html wrote");
  }
  const size_t data = begin + sizeof(kDataBegins) - 1;
  std::string bytes;
  if (absl::Base64Unescape(page.substr(data, end - data), &bytes)) {
    const Json json = Json::parse(Inflated(bytes), nullptr, /*allow_exceptions=*/false);
    if (!json.is_discarded() && ReadColumns(json, earlier)) return absl::OkStatus();
  }
  return absl::InvalidArgumentError("the data in it is damaged");
}

}  // namespace

absl::StatusOr<report::EarlierReport> ReadEarlierRun(const std::string& path) {
  report::EarlierReport earlier;
  earlier.name = path.substr(path.rfind('/') + 1);
  std::ifstream file(path, std::ios::binary);
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", file.is_open() && errno == 0 ? "there is nothing in it" : strerror(errno)));
  }
  if (file.peek() == '{') {
    EventReader reader(file, path);
    Collector collector(&earlier);
    bool more = true;
    while (more) {
      ASSIGN_OR_RETURN(more, reader.Next(collector));
    }
    return earlier;
  }
  std::stringstream page;
  page << file.rdbuf();
  const absl::Status read = ReadPage(page.str(), &earlier);
  if (!read.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(read.message())));
  return earlier;
}

}  // namespace fastest::events
