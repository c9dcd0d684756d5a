"""Every project of tests/plugins: pytest gives the expected verdict with the plugin, and Fastest gives pytest's."""

import re

import plugins
import pytest
import suites
from setup_tool import ask_setup

CASES = suites.load_all(suites.PLUGINS)
# Runs of pytest, each made once. All tests of this file run in one process.
_RUNS = {}


@pytest.fixture(scope="module")
def python():
    return ask_setup("--python", "every_plugin")


def of_pytest(case, python, slots=1):
    key = (case.id, slots if case.xdist else 1)
    if key not in _RUNS:
        _RUNS[key] = suites.run_pytest(case, python, slots)
    return _RUNS[key]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_pytest_says_what_is_expected(case, python):
    assert suites.unlike_expected(case, of_pytest(case, python)) == []


@pytest.mark.parametrize(
    ("case", "slots"),
    [(case, slots) for case in CASES for slots in case.slots],
    ids=lambda value: value.id if isinstance(value, suites.Case) else f"n{value}",
)
def test_fastest_says_what_pytest_says(case, slots, python, coordinator):
    run = suites.run_fastest(case, slots, python)
    assert suites.unlike_pytest(case, slots, of_pytest(case, python, slots), run) == [], run.stderr


def test_the_page_has_them_all():
    """docs/plugins.md has a row for each project, with the pinned version."""
    rows = re.findall(r"^\| `(\S+)` \| (\S+) \|", plugins.PAGE.read_text("utf-8"), re.M)
    assert rows == [(name, version) for name, version, *_ in plugins.rows()]
