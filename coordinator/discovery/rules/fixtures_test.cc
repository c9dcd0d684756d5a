// Which fixtures a test uses. The rules are those of pytest's FixtureManager:
// - The nearest definition counts.
// - A fixture that asks for its own name means the next one outwards.
// - Fixtures that are asked for through others count as well.
#include "coordinator/discovery/rules/fixtures.h"

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/file_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A file, and the fixtures that it defines.
class Level {
 public:
  explicit Level(const std::string& text, const std::string& origin = "conftest.py")
      : file_(Read("import pytest\n" + text)), level_(FixtureLevel::OfFile(file_, origin)) {}

  const FixtureLevel& level() const { return level_; }

 private:
  static File Read(const std::string& text) {
    SyntaxParser parser;
    return ReadFacts(text, parser);
  }

  const File file_;
  const FixtureLevel level_;
};

using Names = std::vector<std::string_view>;

FixtureClosure Close(const std::vector<const Level*>& levels, const Names& initial, const Names& direct = {},
                     const Names& indirect = {}) {
  FixtureLevels all;
  for (const Level* const level : levels) all.push_back(&level->level());
  return CloseFixtures(all, initial, direct, indirect);
}

TEST(FixtureLevel, KnowsWhatItDefinesAndImports) {
  const Level level(
      "from helpers import shared\n"
      "@pytest.fixture(name='given')\ndef own(): pass\n"
      "@pytest.fixture(autouse=True)\ndef always(): pass\n"
      "def helper(): pass\n");
  EXPECT_NE(level.level().Find("given"), nullptr);
  EXPECT_EQ(level.level().Find("own"), nullptr);
  EXPECT_EQ(level.level().Find("helper"), nullptr);
  EXPECT_THAT(level.level().autouse(), ElementsAre("always"));
  ASSERT_NE(level.level().ImportOf("shared"), nullptr);
  EXPECT_EQ(*level.level().ImportOf("shared"), "helpers.shared");
}

TEST(CloseFixtures, FollowsWhatFixturesAskFor) {
  const Level level(
      "@pytest.fixture\ndef a(b, tmp_path): pass\n"
      "@pytest.fixture\ndef b(c, default=1): pass\n"
      "@pytest.fixture(params=[1])\ndef c(request): pass\n");
  const FixtureClosure closure = Close({&level}, {"a"});
  EXPECT_THAT(closure.names, ElementsAre("a", "b", "tmp_path", "c", "request"));
  EXPECT_THAT(closure.parametrized, SizeIs(1));
  EXPECT_THAT(closure.parametrized_directly, ElementsAre(false));
  EXPECT_EQ(closure.open_reason, "");
}

TEST(CloseFixtures, TheNearestDefinitionCounts) {
  const Level outer("@pytest.fixture(params=[1, 2])\ndef a(b): pass\n@pytest.fixture\ndef b(): pass\n");
  const Level hides("@pytest.fixture\ndef a(): pass\n", "test_m.py");
  const FixtureClosure hidden = Close({&outer, &hides}, {"a"});
  EXPECT_THAT(hidden.names, ElementsAre("a"));
  EXPECT_THAT(hidden.parametrized, IsEmpty());
  const Level asks("@pytest.fixture\ndef a(a): pass\n", "test_m.py");
  const FixtureClosure asked = Close({&outer, &asks}, {"a"});
  EXPECT_THAT(asked.names, ElementsAre("a", "b"));
  EXPECT_THAT(asked.parametrized, SizeIs(1));
}

// If there are parameters on both levels, only the nearest count.
TEST(CloseFixtures, ParametersOfTheNearestDefinition) {
  const Level outer("@pytest.fixture(params=[1, 2])\ndef a(request): pass\n");
  const Level inner("@pytest.fixture(params=['x'])\ndef a(a, request): pass\n", "test_m.py");
  const FixtureClosure closure = Close({&outer, &inner}, {"a"});
  ASSERT_THAT(closure.parametrized, SizeIs(1));
  EXPECT_THAT(closure.parametrized[0]->params.ids, ElementsAre("x"));
}

TEST(CloseFixtures, WhatParametrizeGives) {
  const Level level("@pytest.fixture(params=[1, 2])\ndef a(b): pass\n@pytest.fixture\ndef b(): pass\n");
  const FixtureClosure direct = Close({&level}, {"a"}, {"a"});
  EXPECT_THAT(direct.names, ElementsAre("a"));
  EXPECT_THAT(direct.parametrized, IsEmpty());
  const FixtureClosure indirect = Close({&level}, {"a"}, {}, {"a"});
  EXPECT_THAT(indirect.names, ElementsAre("a", "b"));
  EXPECT_THAT(indirect.parametrized, IsEmpty());
}

TEST(CloseFixtures, SaysWhatIsNotCertain) {
  const Level level(
      "import sys\nfrom helpers import shared\n"
      "if sys.argv:\n    @pytest.fixture\n    def perhaps(): pass\n");
  EXPECT_THAT(Close({&level}, {"shared"}).open_reason, HasSubstr("shared is imported from helpers.shared"));
  EXPECT_THAT(Close({&level}, {"perhaps"}).open_reason, HasSubstr("perhaps is not certain"));
  EXPECT_THAT(Close({&level}, {"nowhere"}).open_reason, HasSubstr("nowhere is not defined"));
}

// Two fixtures that ask for each other: an error in pytest at run time, and no endless loop here.
TEST(CloseFixtures, CirclesEnd) {
  const Level level(
      "@pytest.fixture\ndef a(b): pass\n@pytest.fixture\ndef b(a): pass\n@pytest.fixture\ndef c(c): pass\n");
  EXPECT_THAT(Close({&level}, {"a"}).names, ElementsAre("a", "b"));
  EXPECT_THAT(Close({&level}, {"c"}).names, ElementsAre("c"));
}

TEST(IsKnownFixture, KnowsPytestsOwn) {
  for (const char* name : {"tmp_path", "capsys", "monkeypatch", "request", "pytestconfig", "worker_id"})
    EXPECT_TRUE(IsKnownFixture(name)) << name;
  EXPECT_FALSE(IsKnownFixture("anyio_backend"));
}

}  // namespace
}  // namespace fastest::discovery
