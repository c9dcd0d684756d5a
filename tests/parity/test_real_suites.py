"""The suites of a few public projects get the same verdict as under pytest, test by test.

They are quick suites of different kinds, and tools/suites fetches them once. docs/parity.md has many more.
"""

from pathlib import Path

import parity
import pytest
from public import ask

pytestmark = pytest.mark.real_suite


class Suite:
    """A project in two copies, one for each side, and pytest's verdict."""

    def __init__(self, name, folder):
        (source,) = ask(name)
        (self.python,) = ask("--python", name)
        self.args = ask("--args", name)
        self.reference = parity.copy_project(Path(source), folder / "pytest" / name)
        self.ours = parity.copy_project(Path(source), folder / "fastest" / name)
        self.expected = self.run_pytest()

    def run_pytest(self):
        return parity.run_pytest(self.reference, self.args, self.python)

    def differences(self, slots):
        """Compares a run with pytest's. Tests on which two runs of pytest differ are left out."""
        actual = parity.run_fastest(self.ours, self.args, self.python, slots)
        found = parity.differences(self.expected, actual)
        if not found:
            return found
        parity.leave_out(parity.flaky_tests(self.expected, self.run_pytest()), self.expected, actual)
        return parity.differences(self.expected, actual)


@pytest.fixture(scope="module", params=["itsdangerous", "hyperlink", "semver", "markupsafe", "pluggy", "wsproto"])
def suite(request, coordinator, tmp_path_factory):
    return Suite(request.param, tmp_path_factory.mktemp(request.param))


def test_verdict_is_pytests(suite):
    assert len(suite.expected.outcomes) > 50
    assert suite.differences(slots=2) == []


def test_collect_only_is_pytests(suite):
    expected, actual = parity.collect_only(suite.ours, suite.args, suite.python)
    assert actual == expected
