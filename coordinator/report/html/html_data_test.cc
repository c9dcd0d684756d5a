#include "coordinator/report/html/html_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fastest::report {
namespace {

constexpr size_t kAll = static_cast<size_t>(-1);

using Json = nlohmann::json;

v1::TestResult Failed(const std::string& node_id, const std::string& text) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_outcome(v1::FAILED);
  v1::Phase* const phase = result.add_phases();
  phase->set_when("call");
  phase->set_outcome("failed");
  phase->set_longrepr(text);
  phase->set_start(100.5);
  phase->set_duration_s(0.25);
  return result;
}

v1::TestResult Passed(const std::string& node_id) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_outcome(v1::PASSED);
  return result;
}

// Seven tests in three files; the third and the last failed.
HtmlData SevenTests() {
  HtmlData data;
  results::RunStart run;
  run.started_at = 100;
  data.RunStarted(run);
  const results::Origin origin = {"a0", "gw0", 1, 0};
  data.Result(Passed("test_b.py::test_1"), origin);
  data.Result(Passed("test_b.py::test_2"), origin);
  data.Result(Failed("test_a.py::test_3", "the \"first\""), {"a0", "gw0", 2, 0});
  for (int n = 4; n <= 6; ++n) data.Result(Passed("test_c.py::test_" + std::to_string(n)), {"a1", "gw1", 1, 0});
  data.Result(Failed("test_a.py::test_7", "the last"), origin);
  return data;
}

// All parts of at most `most` rows, one after the other.
std::vector<Json> Parts(const HtmlData& data, size_t most, size_t most_bytes, FileNumbers* files) {
  std::vector<Json> parts;
  size_t at = 0;
  while (at < data.tests().size()) {
    const HtmlData::Range range = data.Columns(data.tests(), at, most, most_bytes, files);
    EXPECT_GT(range.end, at);
    EXPECT_LE(range.end - at, most);
    parts.push_back(Json::parse(range.columns));
    EXPECT_EQ(parts.back()["name"].size(), range.end - at);
    at = range.end;
  }
  return parts;
}

TEST(HtmlDataTest, PartsMakeTheWhole) {
  const HtmlData data = SevenTests();
  FileNumbers whole_files;
  const Json whole = Json::parse(data.Columns(data.tests(), 0, kAll, kAll, &whole_files).columns);
  EXPECT_EQ(whole["outcome"], "ppfpppf");
  EXPECT_EQ(whole["start"][2], 500000);
  EXPECT_EQ(whole["call"][2], 250000);
  EXPECT_EQ(whole["attempt"], Json({{"2", 2}}));
  EXPECT_EQ(whole["details"]["2"]["phases"][0]["text"], "the \"first\"");
  EXPECT_EQ(whole["details"].size(), 2u);
  for (size_t most = 1; most <= 8; ++most) {
    FileNumbers files;
    Json joined = {{"outcome", ""}, {"attempt", Json::object()}, {"details", Json::object()}};
    size_t before = 0;
    for (const Json& part : Parts(data, most, kAll, &files)) {
      for (const auto& [name, column] : part.items()) {
        if (name == "outcome") {
          joined[name] = joined[name].get<std::string>() + column.get<std::string>();
        } else if (column.is_array()) {
          for (const Json& value : column) joined[name].push_back(value);
        } else {
          for (const auto& [place, value] : column.items())
            joined[name][std::to_string(before + std::stoul(place))] = value;
        }
      }
      before += part["name"].size();
    }
    EXPECT_EQ(joined, whole) << most;
    EXPECT_EQ(files.names(), whole_files.names());
  }
}

TEST(HtmlDataTest, FilesKeepTheirNumbersInWhateverOrderTheyAreAskedFor) {
  const HtmlData data = SevenTests();
  FileNumbers files;
  EXPECT_EQ(Json::parse(data.Columns(data.tests(), 5, 2, kAll, &files).columns)["file"], Json({0, 1}));
  EXPECT_EQ(Json::parse(data.Columns(data.tests(), 0, 3, kAll, &files).columns)["file"], Json({2, 2, 1}));
  EXPECT_EQ(files.names(), (std::vector<std::string>{"test_c.py", "test_a.py", "test_b.py"}));
}

TEST(HtmlDataTest, LongDetailsEndAPart) {
  const HtmlData data = SevenTests();
  FileNumbers files;
  const std::vector<Json> parts = Parts(data, 100, 1, &files);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0]["outcome"], "ppf");
  EXPECT_EQ(parts[1]["outcome"], "pppf");
  EXPECT_EQ(parts[1]["details"]["3"]["phases"][0]["text"], "the last");
}

TEST(HtmlDataTest, NothingIsEmptyColumns) {
  const HtmlData data = SevenTests();
  FileNumbers files;
  for (const size_t begin : {size_t{7}, size_t{8}}) {
    const HtmlData::Range range = data.Columns(data.tests(), begin, kAll, kAll, &files);
    EXPECT_EQ(range.end, begin);
    EXPECT_EQ(Json::parse(range.columns)["name"], Json::array());
  }
}

TEST(HtmlDataTest, TheEndBringsPytestsOrder) {
  HtmlData data = SevenTests();
  results::RunSummary summary;
  summary.module_order = {"test_a.py", "test_b.py", "test_c.py"};
  EXPECT_TRUE(data.Finished(summary));
  EXPECT_EQ(data.tests().front().node_id, "test_a.py::test_3");
  EXPECT_EQ(data.tests().back().node_id, "test_c.py::test_6");
}

}  // namespace
}  // namespace fastest::report
