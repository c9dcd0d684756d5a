"""A hook may rewrite report.nodeid. Reports then name the test as pytest's do, and the books by its own id."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import parity
import pytest

CONFTEST = """
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.nodeid = report.nodeid.encode("utf-8").decode("unicode_escape")
"""
MODULE = """
import pytest

@pytest.mark.parametrize("x", ["测试", "b"])
def test_p(x): assert x == "b"

class TestK:
    @pytest.mark.parametrize("x", ["ä"])
    def test_n(self, x): pass
"""
FILES = {"conftest.py": CONFTEST, "test_a.py": MODULE, "test_b.py": MODULE}
SHOWN = [f"test_{module}.py::{name}" for module in "ab" for name in ("TestK::test_n[ä]", "test_p[b]", "test_p[测试]")]


def genuine(folder, *args):
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", *args]
    return subprocess.run(
        command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
    )


def cases(folder):
    found = ElementTree.parse(folder / "junit.xml").iter("testcase")
    return sorted((case.get("classname"), case.get("name"), [child.tag for child in case]) for case in found)


def words(text):
    return sorted(re.findall(r"^(test_\S+ (?:PASSED|FAILED)|FAILED .*)", text, re.MULTILINE))


@pytest.mark.parametrize("args", [(), ("--engine=pytest",)], ids=["auto", "pytest's engine"])
@pytest.mark.parametrize("slots", [1, 2])
def test_every_report_has_pytests_ids(project, execute, slots, args):
    theirs, ours = project(FILES, "theirs"), project(FILES, "ours")
    expected = genuine(theirs, "-v", "--junitxml=junit.xml")
    run = execute(ours, "-v", "--junitxml", "junit.xml", *args, slots=slots)
    assert run.process.returncode == expected.returncode == 1, run.text
    assert sorted(run.results()) == SHOWN
    assert cases(ours) == cases(theirs)
    assert words(run.stdout) == words(expected.stdout)
    assert len(words(run.stdout)) == 8
    finished = run.events("run_finished")[0]
    assert finished["books"]["balanced"]
    assert finished["books"]["reported"] == 6


def test_events_also_have_the_id_by_which_a_run_is_repeated(project, execute, tmp_path):
    folder = project(FILES)
    first = execute(folder)
    collected = {event["collected_as"] for event in first.events("result") if "collected_as" in event}
    assert collected == {
        f"test_{module}.py::{name}" for module in "ab" for name in (r"test_p[\u6d4b\u8bd5]", r"TestK::test_n[\xe4]")
    }
    again = execute(folder, "--rerun-from", first.report)
    assert again.process.returncode == 1, again.text
    assert sorted(again.results()) == [name for name in SHOWN if "测试" in name]


def test_ids_that_name_no_file_are_shown_as_well(project, execute):
    conftest = CONFTEST.split("report.nodeid =")[0] + 'report.nodeid = f"say {item.name} [{item.nodeid}]"\n'
    files = {"conftest.py": conftest, "test_a.py": "def test_1(): pass\ndef test_2(): assert 0\n"}
    theirs, ours = project(files, "theirs"), project(files, "ours")
    expected = genuine(theirs, "--junitxml=junit.xml")
    run = execute(ours, "--junitxml", "junit.xml", "--report-html", "page.html")
    assert run.process.returncode == expected.returncode == 1, run.text
    assert cases(ours) == cases(theirs)
    assert sorted(run.results()) == ["say test_1 [test_a.py::test_1]", "say test_2 [test_a.py::test_2]"]
