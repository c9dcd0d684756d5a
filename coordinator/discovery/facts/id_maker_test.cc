// Ids of sets of parameters: the rules of pytest's IdMaker, case by case.
#include "coordinator/discovery/facts/id_maker.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Value Of(ValueKind kind, std::string text = "") {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}
Value Text(std::string text) { return Of(ValueKind::kString, std::move(text)); }
Value Number(std::string text) { return Of(ValueKind::kInteger, std::move(text)); }

template <typename... Values>
std::vector<Value> List(Values... values) {
  std::vector<Value> list;
  (list.push_back(std::move(values)), ...);
  return list;
}

template <typename... Values>
Value Set(ValueKind kind, Values... values) {
  Value set = Of(kind);
  set.items = List(std::move(values)...);
  return set;
}

IdSource Given(std::vector<Value> ids) {
  IdSource source;
  source.kind = IdSource::kList;
  source.ids = std::move(ids);
  return source;
}

IdSource Kind(IdSource::Kind kind) {
  IdSource source;
  source.kind = kind;
  return source;
}

TEST(EscapedText, EscapesAllButPrintableAscii) {
  EXPECT_EQ(EscapedText("plain ~!"), "plain ~!");
  EXPECT_EQ(EscapedText("\xc3\xa9"), "\\xe9");
  EXPECT_EQ(EscapedText("\xe2\x82\xac"), "\\u20ac");
  EXPECT_EQ(EscapedText("\xf0\x9f\x98\x80"), "\\U0001f600");
  EXPECT_EQ(EscapedText("a\tb\nc\rd\\e"), "a\\tb\\nc\\rd\\\\e");
  EXPECT_EQ(EscapedText(std::string("\0\x7f", 2)), "\\x00\\x7f");
}

// The text is cut within a character. Nothing is read behind its end.
TEST(EscapedText, TakesAnyBytes) {
  for (const char* text : {"\xf0", "\xf0\x9f", "\xe2\x82", "\xff\xff", "a\xc3"})
    EXPECT_FALSE(EscapedText(text).empty());
}

TEST(EscapedBytes, EscapesAllButPrintableAscii) {
  EXPECT_EQ(EscapedBytes("raw\\"), "raw\\");
  EXPECT_EQ(EscapedBytes("\xff\x01\t\n\r"), "\\xff\\x01\\t\\n\\r");
}

TEST(MakeIds, OneNameTakesEachValueAsItIs) {
  const ParameterSets sets =
      MakeIds({"a"}, true, List(Number("1"), Text("x"), Of(ValueKind::kNone, "None"), Of(ValueKind::kObject)), {});
  EXPECT_THAT(sets.ids, ElementsAre("1", "x", "None", "a3"));
  EXPECT_EQ(sets.count, 4);
  EXPECT_FALSE(sets.escaped || sets.suffixed || sets.marked);
}

TEST(MakeIds, SeveralNamesAreJoined) {
  EXPECT_THAT(MakeIds({"a", "b"}, false, List(Set(ValueKind::kSequence, Number("1"), Of(ValueKind::kObject))), {}).ids,
              ElementsAre("1-b0"));
  EXPECT_THAT(MakeIds({"a", "b"}, false, List(Set(ValueKind::kSequence, Number("1"))), {}).open_reason,
              HasSubstr("not as many values"));
  EXPECT_THAT(MakeIds({"a", "b"}, false, List(Value()), {}).open_reason, HasSubstr("computed"));
}

// Equal ids get a number each. If the id ends in a digit, versions differ.
TEST(MakeIds, EqualIds) {
  const ParameterSets sets = MakeIds({"a"}, true, List(Text("x"), Text("y"), Text("x")), {});
  EXPECT_THAT(sets.ids, ElementsAre("x0", "y", "x1"));
  EXPECT_TRUE(sets.suffixed);
  EXPECT_THAT(MakeIds({"a"}, true, List(Number("1"), Number("1")), {}).open_reason, HasSubstr("equal ids"));
  EXPECT_THAT(MakeIds({"a"}, true, List(Text(""), Text("")), {}).open_reason, HasSubstr("equal ids"));
  EXPECT_THAT(MakeIds({"a"}, true, List(Text("x"), Text("x"), Text("x0")), {}).open_reason, HasSubstr("equal ids"));
}

TEST(MakeIds, GivenIds) {
  const ParameterSets sets = MakeIds({"a"}, true, List(Value(), Number("2"), Number("3")),
                                     Given(List(Text("one"), Of(ValueKind::kNone), Number("9"))));
  EXPECT_THAT(sets.ids, ElementsAre("one", "2", "9"));
  EXPECT_THAT(MakeIds({"a"}, true, List(Number("1")), Given(List(Text("x"), Text("y")))).open_reason,
              HasSubstr("not as many ids"));
  EXPECT_THAT(MakeIds({"a"}, true, List(Number("1")), Given(List(Of(ValueKind::kObject)))).open_reason,
              HasSubstr("id is computed"));
  EXPECT_THAT(MakeIds({"a"}, true, List(Number("1")), Kind(IdSource::kUnknown)).open_reason,
              HasSubstr("ids are computed"));
}

TEST(MakeIds, IdsByStr) {
  EXPECT_THAT(
      MakeIds({"a"}, true, List(Number("1"), Of(ValueKind::kScalar, "2.5"), Text("x")), Kind(IdSource::kStr)).ids,
      ElementsAre("1", "2.5", "x"));
  // str() of these is not known.
  EXPECT_THAT(MakeIds({"a"}, true, List(Of(ValueKind::kObject)), Kind(IdSource::kStr)).ids, IsEmpty());
  EXPECT_THAT(MakeIds({"a"}, true, List(Of(ValueKind::kNamed, "int")), Kind(IdSource::kStr)).ids, IsEmpty());
}

TEST(MakeIds, ParamsOwnIdsComeFirst) {
  Value set = Set(ValueKind::kParameterSet, Number("1"));
  set.id = std::make_unique<Value>(Text("own"));
  set.marked = true;
  const ParameterSets sets = MakeIds({"a"}, true, List(std::move(set)), Given(List(Text("given"))));
  EXPECT_THAT(sets.ids, ElementsAre("own"));
  EXPECT_TRUE(sets.marked);
}

TEST(MakeIds, SaysWhatItEscaped) {
  EXPECT_TRUE(MakeIds({"a"}, true, List(Text("\t")), {}).escaped);
  EXPECT_TRUE(MakeIds({"a"}, true, List(Of(ValueKind::kBytes, "x")), {}).escaped);
}

// For an empty list pytest runs one skipped test, whose id depends on the version. Long texts depend on it too.
TEST(MakeIds, WhereVersionsDifferItIsOpen) {
  const ParameterSets empty = MakeIds({"a"}, true, {}, {});
  EXPECT_THAT(empty.open_reason, HasSubstr("empty"));
  EXPECT_EQ(empty.count, 1);
  EXPECT_THAT(MakeIds({"a"}, true, List(Text(std::string(101, 'x'))), {}).ids, IsEmpty());
  EXPECT_THAT(MakeIds({"a"}, true, List(Text(std::string(100, 'x'))), {}).ids, ElementsAre(std::string(100, 'x')));
}

}  // namespace
}  // namespace fastest::discovery
