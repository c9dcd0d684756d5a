"""Writes test suites of a wanted size, for measurements.

    python benchmarks/suites/generate.py SUITE FOLDER [--files N] [--tests N]

SUITE is one of `plain` (functions that assert something), `mixed` (fixtures of every scope, parameters, tmp_path,
monkeypatch, classes) and `parametrized` (functions with a hundred parameters each, below an autouse fixture). FOLDER
must not be there yet.
"""

import argparse
from pathlib import Path

PLAIN = """\
def test_{number}():
    values = [{number}, 2, 3]
    assert sum(values) == {number} + 5
"""

MIXED_HEAD = """\
import os

import pytest


@pytest.fixture(scope="module")
def table():
    return {key: key * key for key in range(20)}


@pytest.fixture
def record(table):
    entry = dict(table)
    yield entry
    entry.clear()

"""

# A group of tests; a file has as many groups as it takes.
MIXED = """
def test_plain_{number}():
    assert {number} + 1 > {number}


def test_record_{number}(record):
    record["new"] = {number}
    assert record[3] == 9


@pytest.mark.parametrize(("value", "square"), [(1, 1), (2, 4), (3, 9), (4, 16)])
def test_square_{number}(value, square, table):
    assert table[value] == square


def test_file_{number}(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("{number}")
    assert path.read_text() == "{number}"


def test_environment_{number}(monkeypatch):
    monkeypatch.setenv("BENCHMARK", "{number}")
    assert os.environ["BENCHMARK"] == "{number}"


class TestGroup{number}:
    def setup_method(self):
        self.values = [{number}]

    def test_one(self):
        assert self.values == [{number}]

    def test_two(self, session_value):
        assert session_value == 42
"""
MIXED_TESTS = 10
MIXED_CONFTEST = """\
import pytest


@pytest.fixture(scope="session")
def session_value():
    return 42
"""

PARAMETRIZED_HEAD = "import pytest\n"
PARAMETRIZED = """

@pytest.mark.parametrize("value", range(100))
def test_{number}(value):
    assert value + {number} >= {number}
"""
PARAMETRIZED_TESTS = 100
PARAMETRIZED_CONFTEST = """\
import pytest


@pytest.fixture(autouse=True)
def counter():
    calls = [0]
    yield calls
    calls.clear()
"""

# Head of a file, what a file is made of, how many tests that is, the conftest; files and tests by default.
SUITES = {
    "plain": ("", PLAIN, 1, "", 200, 10_000),
    "mixed": (MIXED_HEAD, MIXED, MIXED_TESTS, MIXED_CONFTEST, 24, 1_200),
    "parametrized": (PARAMETRIZED_HEAD, PARAMETRIZED, PARAMETRIZED_TESTS, PARAMETRIZED_CONFTEST, 60, 60_000),
}


def generate(suite, folder, files=None, tests=None):
    """Writes `suite` into the new `folder`. Returns a line that says what is there."""
    head, part, part_tests, conftest, usual_files, usual_tests = SUITES[suite]
    files, tests = files or usual_files, tests or usual_tests
    parts, rest = divmod(tests, files * part_tests)
    if rest or not parts:
        raise SystemExit(f"generate: {tests} tests do not fill {files} files evenly by groups of {part_tests}")
    folder = Path(folder)
    folder.mkdir(parents=True)
    if conftest:
        (folder / "conftest.py").write_text(conftest)
    for number in range(files):
        text = head + "\n\n".join(part.format(number=index) for index in range(parts))
        (folder / f"test_{suite}_{number:03}.py").write_text(text)
    return f"{suite}: {files} files, {tests} tests"


def main():
    parser = argparse.ArgumentParser(description="Writes a test suite of a wanted size.")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("folder", type=Path, help="where to write it; must not be there yet")
    parser.add_argument("--files", type=int, help="number of files")
    parser.add_argument("--tests", type=int, help="number of tests in all files together")
    options = parser.parse_args()
    if options.folder.exists():
        parser.error(f"{options.folder} is there already")
    print(generate(options.suite, options.folder, options.files, options.tests))


if __name__ == "__main__":
    main()
