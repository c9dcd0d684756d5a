#include "coordinator/discovery/facts/standard_library.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace fastest::discovery {
namespace {

constexpr std::string_view kModules[] = {
    "__future__",
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "bisect",
    "builtins",
    "bz2",
    "calendar",
    "cmath",
    "codecs",
    "collections",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "dis",
    "email",
    "enum",
    "errno",
    "fcntl",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "marshal",
    "math",
    "mimetypes",
    "multiprocessing",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pkgutil",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "sysconfig",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "traceback",
    "tracemalloc",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
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
