"""Settings for the tests that cross folders: where the harness lies and which binary is tried."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "parity"))
sys.path.insert(0, str(HERE))

# Projects to be run by the harness, not tests of ours.
collect_ignore = ["suites", "plugins"]

# What a run of ours leaves in the environment would reach the runs that we start.
for name in list(os.environ):
    if name.startswith("PYTEST_"):
        del os.environ[name]


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "real_suite: runs the whole suite of a public project (needs a package index once)"
    )


def pytest_collection_modifyitems(items):
    """For pytest-xdist: a file's tests share what its fixtures have made; there is one set of machines at a time."""
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
