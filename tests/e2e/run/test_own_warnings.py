"""Nothing that Fastest does gives a warning in the user's session, where `filterwarnings = error` makes it an error."""

import subprocess
import sys

import parity
import pytest
from setup_tool import ask_setup

FAILING = "def test_1(): pass\ndef test_2(): assert 0\ndef test_3(): assert 0\n"
LISTENER = """
def pytest_runtest_logreport(report): pass

def pytest_terminal_summary(terminalreporter, config):
    if not hasattr(config, "workerinput"): terminalreporter.write_line("the listener's line")
"""
RICH = """
import unittest
import pytest

@pytest.fixture(scope="session")
def whole(tmp_path_factory): yield tmp_path_factory.mktemp("a")

@pytest.mark.parametrize("x", [1, 2])
@pytest.mark.xdist_group("g")
def test_p(x, whole, tmp_path, capsys, record_property): record_property("x", x)

class TestU(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.a = 1

    def test_s(self):
        for i in range(2):
            with self.subTest(i=i): assert i == 0

@pytest.mark.skip
def test_skipped(): pass

@pytest.mark.xfail
def test_xfail(): assert 0

def test_suite(record_testsuite_property): record_testsuite_property("a", 1)
"""
INI = "[pytest]\nfilterwarnings = error\njunit_family = xunit1\nmarkers = xdist_group: a group\n"
WAYS = [
    (),
    ("-x",),
    ("--maxfail=2",),
    ("-x", "--retries=1"),
    ("--lf",),
    ("--sw",),
    ("--junitxml=junit.xml",),
    ("-p", "no:terminal"),
    ("-p", "no:cacheprovider"),
    ("--basetemp=here",),
    ("-v", "--durations=2", "-rA"),
]


def genuine(folder, *args, python=sys.executable):
    command = [python, "-m", "pytest", "-p", "no:xdist", *args]
    return subprocess.run(
        command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("conftest", ["", LISTENER], ids=["", "listener"])
@pytest.mark.parametrize("args", WAYS, ids=lambda args: " ".join(args) or "plain")
def test_no_way_of_running_gives_a_warning(project, execute, args, conftest):
    files = {"pytest.ini": INI, "conftest.py": conftest, "test_a.py": FAILING, "test_b.py": RICH}
    theirs = [arg for arg in args if not arg.startswith("--retries")]
    expected = genuine(project(files, "theirs"), *theirs)
    for slots in (1, 2):
        run = execute(project(files, f"ours{slots}"), *args, slots=slots)
        assert run.process.returncode == expected.returncode == (2 if args == ("--sw",) else 1), run.text
        assert run.events("warning") == []
        assert "INTERNALERROR" not in run.text
        assert "Warning" not in run.text


@pytest.mark.parametrize("ini", ["", "filterwarnings = error\n"], ids=["shown", "errors"])
@pytest.mark.parametrize("args", [("-x",), ("--maxfail=2",), ("--maxfail=1", "--retries=1")], ids=" ".join)
def test_coverage_and_a_run_that_stops(project, execute, args, ini):
    python = ask_setup("--python", "plugins")
    files = {"pytest.ini": f"[pytest]\n{ini}", "test_a.py": FAILING, "test_b.py": "def test_1(): pass\n"}
    theirs = [arg for arg in args if not arg.startswith("--retries")]
    expected = genuine(project(files, "theirs"), "--cov=.", *theirs, python=python)
    for slots in (1, 2):
        run = execute(project(files, f"ours{slots}"), "--cov=.", *args, python=python, slots=slots)
        assert run.process.returncode == expected.returncode == 1, run.text
        assert "cannot be unset" not in run.text
        assert run.events("warning") == []
