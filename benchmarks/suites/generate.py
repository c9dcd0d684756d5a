"""Writes test suites of a wanted size, for measurements.

    python benchmarks/suites/generate.py SUITE FOLDER [--files N] [--tests N]

FOLDER must not exist yet. SUITE is one of

- `plain`: functions that assert something
- `mixed`: fixtures of every scope, parameters, tmp_path, monkeypatch, classes
- `parametrized`: functions with a hundred parameters each, below an autouse fixture
- `everyday`: a package whose coverage is measured, a time limit, tests that a conftest skips without --runslow. Needs
  pytest-cov and pytest-timeout.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

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

# A group of tests. A file has as many groups as needed.
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

EVERYDAY_HEAD = """\
import pytest

from shop import orders


@pytest.fixture
def order():
    return orders.Order([("tea", 3, 250), ("cup", 2, 900)])


"""
EVERYDAY = """\
def test_total_{number}(order):
    assert order.total() == 2550


@pytest.mark.parametrize(("amount", "price"), [(0, 0), (1, {number}), (10, 9 * {number}), (100, 80 * {number})])
def test_discount_{number}(amount, price):
    assert orders.price(amount, {number}) == price


def test_names_{number}(order):
    assert sorted(order.names()) == ["cup", "tea"]


class TestRefused{number}:
    def test_negative(self):
        with pytest.raises(ValueError, match="negative"):
            orders.price(-1, {number})

    def test_unknown(self, order):
        assert order.amount_of("pot {number}") is None


def test_amount_{number}(order):
    assert order.amount_of("cup") == 2


@pytest.mark.slow
def test_many_{number}():
    assert orders.price(10**6, {number}) == 8 * 10**5 * {number}
"""
EVERYDAY_TESTS = 10
EVERYDAY_FILES = {
    # The recipe for slow tests in pytest's documentation.
    "conftest.py": """\
import pytest


def pytest_addoption(parser):
    parser.addoption("--runslow", action="store_true", default=False, help="run slow tests")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--runslow"):
        return
    left_out = pytest.mark.skip(reason="needs --runslow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(left_out)
""",
    "pytest.ini": """\
[pytest]
addopts = --cov=shop --cov-report=term
timeout = 60
pythonpath = .
markers = slow: takes long
""",
    "shop/__init__.py": "",
    "shop/orders.py": """\
class Order:
    def __init__(self, lines):
        self.lines = [(name, amount, price(1, each)) for name, amount, each in lines]

    def total(self):
        return sum(amount * each for _, amount, each in self.lines)

    def names(self):
        for name, _, _ in self.lines:
            yield name

    def amount_of(self, name):
        for own, amount, _ in self.lines:
            if own == name:
                return amount
        return None


def price(amount, each):
    if amount < 0:
        raise ValueError("a negative amount")
    if amount >= 100:
        return amount * each * 8 // 10
    if amount >= 10:
        return amount * each * 9 // 10
    return amount * each


def never_used(order):
    return order.total() if order else 0
""",
}


class Suite(NamedTuple):
    # The beginning of a test file, the group of tests that follows as often as needed, and the number of its tests.
    head: str
    part: str
    part_tests: int
    # The other files of the suite.
    beside: dict
    # The default numbers of test files and tests.
    files: int
    tests: int
    # The set of tools/setup that the suite needs. "" if pytest is enough.
    environment: str = ""


SUITES = {
    "plain": Suite("", PLAIN, 1, {}, 200, 10_000),
    "mixed": Suite(MIXED_HEAD, MIXED, MIXED_TESTS, {"conftest.py": MIXED_CONFTEST}, 24, 1_200),
    "parametrized": Suite(
        PARAMETRIZED_HEAD, PARAMETRIZED, PARAMETRIZED_TESTS, {"conftest.py": PARAMETRIZED_CONFTEST}, 60, 60_000
    ),
    "everyday": Suite(EVERYDAY_HEAD, EVERYDAY, EVERYDAY_TESTS, EVERYDAY_FILES, 50, 5_000, "everyday"),
}


def generate(name, folder, files=None, tests=None):
    """Writes the suite into the new `folder`. Returns a line with its numbers of files and tests."""
    suite = SUITES[name]
    files, tests = files or suite.files, tests or suite.tests
    parts, rest = divmod(tests, files * suite.part_tests)
    if rest or not parts:
        raise SystemExit(f"generate: {tests} tests do not fill {files} files evenly by groups of {suite.part_tests}")
    folder = Path(folder)
    folder.mkdir(parents=True)
    for path, text in suite.beside.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    for number in range(files):
        text = suite.head + "\n\n".join(suite.part.format(number=index) for index in range(parts))
        (folder / f"test_{name}_{number:03}.py").write_text(text)
    return f"{name}: {files} files, {tests} tests"


def main():
    parser = argparse.ArgumentParser(description="Writes a test suite of a wanted size.")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("folder", type=Path, help="where to write the suite; must not exist yet")
    parser.add_argument("--files", type=int, help="number of files")
    parser.add_argument("--tests", type=int, help="number of tests in all files together")
    options = parser.parse_args()
    if options.folder.exists():
        parser.error(f"{options.folder} is there already")
    print(generate(options.suite, options.folder, options.files, options.tests))


if __name__ == "__main__":
    main()
