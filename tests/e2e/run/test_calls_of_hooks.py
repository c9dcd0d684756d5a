"""Hooks of a project are called as often as pytest calls them."""

import subprocess
import sys

import parity
import pytest

NOTE = """
import os

def note(*words):
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "log.txt")
    with open(place, "a") as file: file.write(" ".join(map(str, words)) + "\\n")
"""
MODULE = """
import pytest

@pytest.fixture
def broken(): raise ValueError("no fixture")
def test_passes(): pass
def test_fails(): assert 0
def test_error(broken): pass
@pytest.mark.skip(reason="not now")
def test_skipped(): pass
@pytest.mark.xfail
def test_xfails(): assert 0
@pytest.mark.xfail
def test_xpasses(): pass
"""


def genuine(folder, *args):
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", "-p", "no:xdist", *args]
    return subprocess.run(command, cwd=folder, env=parity.clean_environment({}), capture_output=True, text=True)


def notes_of_both(project, execute, files, *args):
    theirs, ours = project(files, "theirs"), project(files, "ours")
    expected, run = genuine(theirs, *args), execute(ours, *args, slots=1)
    assert run.process.returncode == expected.returncode, run.text
    logs = [(folder / "log.txt") for folder in (theirs, ours)]
    return [log.read_text().splitlines() if log.exists() else [] for log in logs]


@pytest.mark.parametrize("args", [(), ("-rA",), ("-v",), ("-p", "no:terminal")], ids=str)
@pytest.mark.parametrize(
    "hook",
    [
        "def pytest_report_teststatus(report): note(report.nodeid, report.when)\n",
        "import pytest\n@pytest.hookimpl(hookwrapper=True, tryfirst=True)\ndef pytest_report_teststatus(report):\n"
        "    note(report.nodeid, report.when)\n    yield\n",
        "def pytest_report_teststatus(report):\n    note(report.nodeid, report.when)\n"
        "    if report.failed: return 'own', 'o', ('OWN', {'red': True})\n",
    ],
    ids=["plain", "wrapper", "answers"],
)
def test_the_status_of_a_report_is_asked_for_as_often_as_by_pytest(project, execute, hook, args):
    theirs, ours = notes_of_both(project, execute, {"conftest.py": NOTE + hook, "test_a.py": MODULE}, *args)
    assert ours == theirs


CONDITIONS = """
import pytest
from conftest import note

class Flag:
    def __bool__(self):
        note("asked")
        return True

class Broken:
    def __bool__(self): raise ValueError(note("broken"))

@pytest.mark.skipif("no_such_name", reason="by name")
def test_raises(): pass
@pytest.mark.skipif("count('skipif')", reason="counts")
def test_skips(): pass
@pytest.mark.xfail("count('xfail')", reason="counts")
def test_xfails(): assert 0
@pytest.mark.xfail("count('error')", reason="counts")
def test_error(no_such_fixture): pass
@pytest.mark.skipif(Flag(), reason="an object")
def test_object(): pass
@pytest.mark.skipif(Broken(), reason="an object")
def test_broken(): pass
@pytest.mark.skipif(condition="count('keyword')", reason="by keyword")
def test_keyword(): pass
@pytest.mark.skipif("1 == 1", reason="text")
class TestGroup:
    def test_of_class(self): pass
"""


def test_conditions_of_marks_are_evaluated_as_often_as_by_pytest(project, execute):
    hook = "def pytest_markeval_namespace(config):\n    note('namespace')\n    return {'count': count}\n"
    count = "def count(what):\n    note(what)\n    return True\n"
    files = {"conftest.py": NOTE + count + hook, "test_a.py": CONDITIONS}
    theirs, ours = notes_of_both(project, execute, files)
    assert ours == theirs and "namespace" in theirs
