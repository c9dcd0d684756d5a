#include "coordinator/discovery/store/fact_codec.h"

#include <cstddef>
#include <random>
#include <string>

#include "coordinator/discovery/facts/file_reader.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

// All kinds of facts.
constexpr char kText[] = R"(
import unittest, pytest
from helpers import *
from elsewhere import Base as Other
collect_ignore = ["a.py"]
collect_ignore_glob = ["b*"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fix")]

@pytest.fixture(name="given", scope="module", autouse=True, params=[1, "x"])
def fix(request): pass

@pytest.mark.parametrize("a, b", [(1, 2), (3, "caf\xe9")], indirect=["a"], ids=["one", "two"])
def test_a(a, b, c=1): yield

if unittest:
    def test_b(self, /): pass

class Base:
    __test__ = False
    @staticmethod
    def test_c(): pass
class TestSub(Base, Other, unittest.TestCase):
    @unittest.mock.patch("a.b")
    def test_d(self, m): pass
test_e = make()
)";

File FactsOf(const char* text) {
  SyntaxParser parser;
  return ReadFacts(text, parser);
}

std::string Encoded(const File& file) {
  std::string bytes;
  EncodeFacts(file, bytes);
  return bytes;
}

TEST(FactCodec, GivesBackWhatItWasGiven) {
  for (const char* text : {kText, "", "def broken(:\n"}) {
    const File file = FactsOf(text);
    const std::string bytes = Encoded(file);
    File decoded;
    ASSERT_TRUE(DecodeFacts(bytes, decoded));
    EXPECT_EQ(Encoded(decoded), bytes);
    EXPECT_EQ(decoded.functions.size(), file.functions.size());
    EXPECT_EQ(decoded.classes.size(), file.classes.size());
    EXPECT_EQ(decoded.unreadable, file.unreadable);
    ASSERT_EQ(decoded.bindings.size(), file.bindings.size());
    for (size_t i = 0; i < file.bindings.size(); ++i) {
      EXPECT_EQ(decoded.bindings[i].name, file.bindings[i].name);
      EXPECT_EQ(decoded.bindings[i].kind, file.bindings[i].kind);
      EXPECT_EQ(decoded.bindings[i].index, file.bindings[i].index);
    }
  }
}

TEST(FactCodec, NumbersOfEverySign) {
  File file;
  file.functions.resize(3);
  file.functions[0].line = -1;
  file.functions[1].line = 2147483647;
  file.functions[2].line = -2147483647 - 1;
  File decoded;
  ASSERT_TRUE(DecodeFacts(Encoded(file), decoded));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(decoded.functions[i].line, file.functions[i].line);
}

TEST(FactCodec, RefusesEveryPrefixAndWhatIsTooLong) {
  const std::string bytes = Encoded(FactsOf(kText));
  ASSERT_GT(bytes.size(), 300u);
  for (size_t length = 0; length < bytes.size(); ++length) {
    File file;
    EXPECT_FALSE(DecodeFacts(std::string_view(bytes).substr(0, length), file)) << length;
  }
  File file;
  EXPECT_FALSE(DecodeFacts(bytes + '\0', file));
}

// Whether everything that points into a list points at something.
bool IsSound(const File& file, const std::vector<Binding>& bindings) {
  for (const Binding& binding : bindings) {
    if (binding.kind == BindingKind::kFunction && static_cast<size_t>(binding.index) >= file.functions.size())
      return false;
    if (binding.kind == BindingKind::kClass && static_cast<size_t>(binding.index) >= file.classes.size()) return false;
  }
  return true;
}

bool IsSound(const File& file) {
  if (!IsSound(file, file.bindings)) return false;
  for (size_t i = 0; i < file.classes.size(); ++i) {
    if (!IsSound(file, file.classes[i].bindings)) return false;
    // Readers follow bases. A class that is its own ancestor would never end, and below -1 there is nothing.
    for (const BaseClass& base : file.classes[i].bases) {
      if (base.local < -1 || base.local >= static_cast<int>(i)) return false;
    }
  }
  return true;
}

// Damage is refused, or gives other facts that are sound.
TEST(FactCodec, AnyDamageIsRefusedOrSound) {
  const std::string bytes = Encoded(FactsOf(kText));
  int refused = 0;
  const auto check = [&refused](const std::string& damaged) {
    File file;
    if (!DecodeFacts(damaged, file)) {
      ++refused;
    } else {
      EXPECT_TRUE(IsSound(file));
    }
  };
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      check(damaged);
    }
  }
  EXPECT_GT(refused, 100);
  // The same bytes in every run.
  std::mt19937 random(20'240'601);  // NOLINT(cert-msc51-cpp)
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    const int changes = 1 + static_cast<int>(random() % 8);
    for (int k = 0; k < changes; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    check(damaged);
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string noise(random() % 64, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    check(noise);
  }
}

// A length that promises more than there is takes no memory.
TEST(FactCodec, HugeLengthsAreRefused) {
  for (const char* bytes : {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\xff\xff\xff\xff\x7f",
                            "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"}) {
    File file;
    EXPECT_FALSE(DecodeFacts(bytes, file));
  }
}

// A class that is its own base, or the base of an earlier class.
TEST(FactCodec, CirclesAreRefused) {
  File file;
  file.classes.resize(2);
  file.classes[1].bases.resize(1);
  file.classes[1].bases[0].local = 0;
  File decoded;
  EXPECT_TRUE(DecodeFacts(Encoded(file), decoded));
  for (const int base : {1, 2, -2}) {
    file.classes[1].bases[0].local = base;
    EXPECT_FALSE(DecodeFacts(Encoded(file), decoded)) << base;
  }
}

}  // namespace
}  // namespace fastest::discovery
