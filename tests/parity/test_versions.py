"""With older versions of pytest, Fastest gives the same verdict as they do. tools/bench versions has all projects."""

import pytest
import setup_tool
import suites
import versions

# Projects whose verdicts depend on pytest's internals: collection, fixtures, capture, plugins, reports, errors.
SHORT = (
    "assertion_rewriting",
    "builtin_fixtures",
    "capture",
    "classes_inherited",
    "collect_file",
    "conftest_levels",
    "direct_nasty",
    "doctest_modules",
    "errors_in_phases",
)
CASES = [case for case in suites.load_all() if case.suite in SHORT and not case.needs]


@pytest.fixture(scope="module", params=["pytest7", "pytest8"])
def python(request):
    return setup_tool.ask_setup("--python", request.param)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_verdict_is_that_pytests(case, python, coordinator):
    assert versions.compare(case, python) == []


def test_an_interpreter_is_asked_for_its_version():
    assert versions.find_python("2.0") is None
    running = ".".join(map(str, versions.sys.version_info[:2]))
    assert versions.find_python(running) is not None
