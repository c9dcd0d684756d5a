"""Settings for the tests that cross folders: the path of the shared code, and the binary under test."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "parity"))
sys.path.insert(0, str(HERE / "harness"))

# These are projects that the tests run. They are not tests of Fastest.
collect_ignore = ["suites", "plugins"]

# The runs that the tests start must not inherit the settings of the pytest that runs the tests.
for name in list(os.environ):
    if name.startswith("PYTEST_"):
        del os.environ[name]


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "real_suite: runs the whole suite of a public project (needs a package index once)"
    )


def pytest_collection_modifyitems(items):
    """Groups tests for pytest-xdist: tests of a file share its fixtures, and only one set of machines can exist."""
    for item in items:
        folder = item.path.parent.name
        group = "machines" if folder in ("farm", "deploy") else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def coordinator():
    """Path of the coordinator under test."""
    import parity

    path = parity.coordinator_path()
    if not path.exists():
        pytest.fail(f"{path} is not there: bazel build //coordinator:fastest-coordinator //agent:fastest-agent")
    return path
