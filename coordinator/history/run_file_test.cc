#include "coordinator/history/run_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>
#include <zlib.h>

#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::history {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

RunFile Replacing(std::set<std::string> names) {
  RunFile file;
  file.replaces = std::move(names);
  return file;
}

// Packs any text as Pack does, with any claimed size.
std::string Packed(const std::string& text, size_t claimed) {
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  packed.resize(size);
  return absl::StrCat("fastest-history 1 ", absl::StrFormat("%016x %d\n", XXH3_64bits(packed.data(), size), claimed),
                      packed);
}

TEST(RunFileTest, WhatIsPackedIsUnpacked) {
  RunFile file = Replacing({"1.run", "2.run"});
  file.tests["p"]["a.py"]["a.py::x[\xF0\x9F\x8C\x8D]"] = {1.5, 3, 1700000000};
  file.setup_s["p"]["a.py"] = 0.25;
  const absl::StatusOr<RunFile> back = Unpack(Pack(file));
  ASSERT_TRUE(back.ok()) << back.status();
  const Seen& seen = back->tests.at("p").at("a.py").at("a.py::x[\xF0\x9F\x8C\x8D]");
  EXPECT_EQ(seen.seconds, 1.5);
  EXPECT_EQ(seen.position, 3);
  EXPECT_EQ(seen.at, 1700000000);
  EXPECT_EQ(back->setup_s, file.setup_s);
  EXPECT_EQ(back->replaces, file.replaces);
  EXPECT_TRUE(Unpack(Pack(RunFile())).ok());
}

TEST(RunFileTest, HowTestsFaredIsPackedAndMerged) {
  const double unknown = std::nan("");
  RunFile all;
  RunFile newer;
  all.tests["p"]["a.py"]["a.py::x"] = {unknown, 0, 1, {".F", 7}};
  all.tests["p"]["a.py"]["a.py::imported"] = {2, 1, 1};
  newer.tests["p"]["a.py"]["a.py::x"] = {4, 0, 2, {"F", 9}};
  newer.tests["p"]["a.py"]["a.py::imported"] = {unknown, 1, 2, {"f", 0}};
  Merge(*Unpack(Pack(newer)), &all);
  const absl::StatusOr<RunFile> back = Unpack(Pack(all));
  ASSERT_TRUE(back.ok()) << back.status();
  const Seen& x = back->tests.at("p").at("a.py").at("a.py::x");
  EXPECT_EQ(x.seconds, 4);
  EXPECT_EQ(x.past.runs, ".FF");
  EXPECT_EQ(x.past.failing_since, 7);
  const Seen& imported = back->tests.at("p").at("a.py").at("a.py::imported");
  EXPECT_EQ(imported.seconds, 2);
  EXPECT_EQ(imported.past.runs, "f");
  EXPECT_EQ(imported.past.failing_since, 0);
}

TEST(RunFileTest, AnyChangedByteIsFound) {
  RunFile file;
  file.tests["p"]["a.py"]["a.py::x"] = {1, 0, 1};
  const std::string good = Pack(file);
  const size_t end_of_header = good.find('\n');
  for (size_t i = 0; i < good.size(); ++i) {
    if (i == end_of_header) continue;
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x11);
    EXPECT_FALSE(Unpack(bad).ok()) << i;
    EXPECT_FALSE(Unpack(good.substr(0, i)).ok()) << i;
  }
}

TEST(RunFileTest, WhatAHeaderClaimsIsNotTakenForTrue) {
  const std::string text = "{}";
  EXPECT_TRUE(Unpack(Packed(text, text.size())).ok());
  EXPECT_TRUE(absl::IsDataLoss(Unpack(Packed(text, size_t{200} << 20)).status()));
  EXPECT_TRUE(absl::IsDataLoss(Unpack(Packed(text, 1)).status()));
  // A megabyte that claims to be two bytes.
  EXPECT_TRUE(absl::IsDataLoss(Unpack(Packed(std::string(1 << 20, ' '), 2)).status()));
  for (const char* other : {"[]", "1", R"({"modules": {"p": {"a.py": [1]}}})", R"({"setup_s": {"p": [1, "x"]}})",
                            R"({"replaces": [1]})", R"({"modules": {"p": {"a.py": [["x", "y", 1, 1]]}}})"}) {
    EXPECT_TRUE(absl::IsDataLoss(Unpack(Packed(other, strlen(other))).status())) << other;
  }
}

TEST(RunFileTest, ANewerFormIsToldFromDamage) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Unpack("fastest-history 2 something else").status()));
}

TEST(RunFileTest, NamesAreInTheOrderOfTime) {
  const std::string early = NewName(999);
  const std::string late = NewName(1000);
  EXPECT_LT(early, late);
  EXPECT_NE(NewName(1), NewName(1));
  EXPECT_EQ(MicrosOf(late), 1000);
  EXPECT_TRUE(IsName(late));
  EXPECT_EQ(MicrosOf("20240101-x.run"), 0);
  EXPECT_TRUE(IsName("x.run"));
  for (const char* name : {"", ".run", "x", "x.run.part", "../x.run", "a/x.run", ".x.run", "x\n.run", "x y.run"}) {
    EXPECT_FALSE(IsName(name)) << name;
  }
}

TEST(RunFileTest, WhatIsForgottenLeavesNothingBehind) {
  RunFile all;
  all.tests["p"]["a.py"]["a.py::New::x"] = {1, 0, 100};
  all.tests["p"]["a.py"]["a.py::Gone::x"] = {1, 0, 1};
  all.tests["p"]["b.py"]["b.py::x"] = {1, 0, 1};
  all.setup_s["p"] = {{"a.py", 1}, {"a.py::New", 1}, {"a.py::Gone", 1}, {"a.py::Ne", 1}, {"b.py", 1}, {"b.py::B", 1}};
  all.setup_s["q"] = {{"a.py", 1}};
  Forget(50, &all);
  EXPECT_EQ(all.tests["p"].size(), 1u);
  EXPECT_EQ(all.tests["p"]["a.py"].size(), 1u);
  EXPECT_THAT(all.setup_s["p"], UnorderedElementsAre(testing::Key("a.py"), testing::Key("a.py::New")));
  EXPECT_THAT(all.setup_s["q"], IsEmpty());
}

TEST(CountedTest, RunsCountInTheOrderOfTheirNames) {
  EXPECT_THAT(Counted({"1.run", "2.run", "3.run"}, {{"3.run", {}}, {"1.run", {}}}), ElementsAre("1.run", "3.run"));
}

TEST(CountedTest, WhatWasJoinedCountsOnce) {
  EXPECT_THAT(Counted({"1", "2", "2j", "3"}, {{"1", {}}, {"2", {}}, {"2j", Replacing({"1", "2"})}, {"3", {}}}),
              ElementsAre("2j", "3"));
}

TEST(CountedTest, AJoinedFileMayBeJoinedItself) {
  const std::map<std::string, RunFile> files = {
      {"1", {}}, {"1j", Replacing({"1", "0"})}, {"2j", Replacing({"1j", "1"})}, {"3", {}}};
  EXPECT_THAT(Counted({"1", "1j", "2j", "3"}, files), ElementsAre("2j", "3"));
}

TEST(CountedTest, OfTwoThatHaveSomethingInCommonTheOneWhoseFilesGoCounts) {
  std::map<std::string, RunFile> files = {
      {"1", {}}, {"4", {}}, {"5", {}}, {"a", Replacing({"1", "2", "4"})}, {"b", Replacing({"1", "2", "3", "5"})}};
  // "b" has removed 3 as well. What only "a" contains is there on its own.
  EXPECT_THAT(Counted({"1", "4", "5", "a", "b"}, files), ElementsAre("4", "b"));
  // Nothing has been removed yet: either of the two may count.
  files["2"] = {};
  files["3"] = {};
  EXPECT_THAT(Counted({"1", "2", "3", "4", "5", "a", "b"}, files), ElementsAre("3", "5", "a"));
}

TEST(CountedTest, FilesThatNameEachOtherEndIt) {
  EXPECT_THAT(Counted({"a", "b"}, {{"a", Replacing({"b"})}, {"b", Replacing({"a"})}}), ElementsAre("a"));
}

}  // namespace
}  // namespace fastest::history
