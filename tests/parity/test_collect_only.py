"""--collect-only -q prints what pytest prints, line by line."""

import parity
import pytest
import suites

NAMES = [
    "classes_inherited",
    "collect_file",
    "config_pyproject",
    "conftest_parametrized",
    "generate_tests",
    "import_error",
    "modifyitems_sort",
    "module_skip",
    "no_tests",
    "norecursedirs",
    "parametrize",
    "selection",
    "session_params",
    "unittest_basic",
]


@pytest.mark.parametrize("name", NAMES)
def test_collect_only(name, coordinator, tmp_path):
    project = parity.copy_project(suites.SUITES / name, tmp_path / name)
    expected, actual = parity.collect_only(project)
    assert actual == expected


def test_with_selection(coordinator, tmp_path):
    project = parity.copy_project(suites.SUITES / "selection", tmp_path / "selection")
    expected, actual = parity.collect_only(project, ["-k", "slow", "sub", "test_a.py"])
    assert actual == expected
