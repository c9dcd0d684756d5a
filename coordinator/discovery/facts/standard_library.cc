#include "coordinator/discovery/facts/standard_library.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace fastest::discovery {
namespace {

constexpr std::string_view kModules[] = {
#include "coordinator/discovery/facts/standard_library_modules.inc"
};

constexpr std::string_view kConstructed[] = {
    "BaseException",
    "Exception",
    "bytes",
    "dict",
    "enum.Enum",
    "enum.Flag",
    "enum.IntEnum",
    "enum.IntFlag",
    "enum.StrEnum",
    "float",
    "frozenset",
    "int",
    "list",
    "logging.Handler",
    "set",
    "str",
    "threading.Thread",
    "tuple",
    "typing.NamedTuple",
    "typing.TypedDict",
};

constexpr std::string_view kTestCases[] = {
    "unittest.IsolatedAsyncioTestCase",
    "unittest.TestCase",
    "unittest.case.TestCase",
};

constexpr std::string_view kTestless[] = {
    "aiohttp.test_utils.TestClient", "aiohttp.test_utils.TestServer",
    "fastapi.testclient.TestClient", "starlette.testclient.TestClient",
    "unittest.FunctionTestCase",     "unittest.TestLoader",
    "unittest.TestResult",           "unittest.TestSuite",
};

template <size_t size>
bool Contains(const std::string_view (&sorted)[size], std::string_view name) {
  return std::binary_search(std::begin(sorted), std::end(sorted), name);
}

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

}  // namespace

bool IsStandardLibrary(std::string_view origin) { return Contains(kModules, origin.substr(0, origin.find('.'))); }

bool IsTestCase(std::string_view origin) { return Contains(kTestCases, origin); }

bool HasConstructor(std::string_view origin) {
  if (Contains(kConstructed, origin)) return true;
  // Builtin exceptions and warnings.
  return origin.find('.') == std::string_view::npos && (EndsWith(origin, "Error") || EndsWith(origin, "Warning"));
}

bool HoldsNoTests(std::string_view origin) { return IsTestCase(origin) || Contains(kTestless, origin); }

}  // namespace fastest::discovery
