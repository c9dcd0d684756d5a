"""Hooks of pytest-xdist's controller that bear on workers: the scheduler, the remote module, and tests that crash."""

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
# Each test notes its worker.
TESTS = """
import os
import pytest
from conftest import note

@pytest.mark.parametrize("i", range(6))
@pytest.mark.parametrize("database", ["one", "two", "three"])
def test_x(i, database): note(os.environ["PYTEST_XDIST_WORKER"], database, i)
"""


def genuine(folder, *args):
    """Runs pytest-xdist itself."""
    command = [sys.executable, "-m", "pytest", "-n2", "-p", "no:hypothesispytest", *args]
    return subprocess.run(command, cwd=folder, env=parity.clean_environment({}), capture_output=True, text=True)


def notes(folder):
    return (folder / "log.txt").read_text().splitlines()


def both(project, execute, files):
    """Runs pytest-xdist and Fastest; returns the two runs, and what the project noted under each."""
    theirs, ours = project(files, "theirs"), project(files, "ours")
    expected, run = genuine(theirs), execute(ours)
    return expected, run, notes(theirs), notes(ours)


SPLITS = """
from xdist.scheduler import LoadScopeScheduling

class ByDatabase(LoadScopeScheduling):
    def _split_scope(self, nodeid): return nodeid.split("[")[1].split("-")[0]

def pytest_xdist_make_scheduler(config, log):
    note("scheduler", len(config.getvalue("tx")), config.getvalue("dist"), type(log).__name__)
    return ByDatabase(config, log)
"""


def test_a_scheduler_by_scope_keeps_its_tests_together(project, execute):
    files = {"conftest.py": NOTE + SPLITS, "test_a.py": TESTS, "test_b.py": TESTS}
    expected, run, theirs, ours = both(project, execute, files)
    assert run.process.returncode == expected.returncode == 0, run.text
    hook = "scheduler 2 load Producer"
    assert theirs.count(hook) == ours.count(hook) == 1
    workers = {}
    for worker, database, _ in (line.split() for line in ours if line != hook):
        workers.setdefault(database, set()).add(worker)
    assert [len(found) for found in workers.values()] == [1, 1, 1]
    assert len(ours) == len(theirs) == 37
    assert "ByDatabase of pytest_xdist_make_scheduler decides which tests share a worker" in run.stdout


@pytest.mark.parametrize(
    "scheduler",
    [
        "class Own(LoadScheduling):\n    def schedule(self): return super().schedule()\n",
        "class Own(LoadScopeScheduling):\n    def __init__(self, *a): super().__init__(*a); self.depth = 1\n"
        "    def _split_scope(self, nodeid): return nodeid.split('::')[self.depth]\n",
        "def Own(*a):\n    class Own(LoadScheduling): pass\n    return Own(*a)\n",
    ],
    ids=["another class", "needs its own state", "of a function"],
)
def test_tests_of_another_scheduler_run_on_one_worker_in_order(project, execute, scheduler):
    hook = "def pytest_xdist_make_scheduler(config, log): return Own(config, log)\n"
    source = f"{NOTE}from xdist.scheduler import LoadScheduling, LoadScopeScheduling\n{scheduler}{hook}"
    expected, run, theirs, ours = both(project, execute, {"conftest.py": source, "test_a.py": TESTS})
    assert run.process.returncode == expected.returncode == 0, run.text
    assert len({line.split()[0] for line in ours}) == 1
    in_order = [f"{database} {i}" for database in ("one", "two", "three") for i in range(6)]
    assert [line.split(" ", 1)[1] for line in ours] == in_order
    assert len(theirs) == 18


def test_the_usual_scheduler_changes_nothing(project, execute):
    hook = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_xdist_make_scheduler(config, log):
    scheduler = yield
    note("made", type(scheduler).__name__)
    return scheduler
"""
    expected, run, theirs, ours = both(project, execute, {"conftest.py": NOTE + hook, "test_a.py": TESTS})
    assert run.process.returncode == expected.returncode == 0, run.text
    assert "made LoadScheduling" in theirs and "made LoadScheduling" in ours
    assert "decides which tests share a worker" not in run.stdout


def test_the_usual_answers_come_last(project, execute):
    hook = """
import pytest

@pytest.hookimpl(trylast=True)
def pytest_xdist_make_scheduler(): note("scheduler")
@pytest.hookimpl(trylast=True)
def pytest_xdist_getremotemodule(): note("module")
"""
    expected, run, theirs, ours = both(project, execute, {"conftest.py": NOTE + hook, "test_a.py": TESTS})
    assert run.process.returncode == expected.returncode == 0, run.text
    asked = [[line for line in lines if line in ("scheduler", "module")] for lines in (theirs, ours)]
    assert asked[0] == asked[1] == ["module", "module", "scheduler"]


def test_no_scheduler_is_an_internal_error(project, execute):
    hook = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_xdist_make_scheduler():
    yield
    note("asked")
"""
    expected, run, theirs, ours = both(project, execute, {"conftest.py": NOTE + hook, "test_a.py": TESTS})
    assert run.process.returncode == expected.returncode == 3, run.text
    assert theirs == ours == ["asked"]


def test_the_remote_module_is_asked_for_once_for_each_node(project, execute):
    hook = """
def pytest_configure_node(node): note("configure", node.gateway.id)
def pytest_xdist_getremotemodule(): note("module")
"""
    expected, run, theirs, ours = both(
        project, execute, {"conftest.py": NOTE + hook, "test_a.py": "def test_1(): pass\n"}
    )
    assert run.process.returncode == expected.returncode == 0, run.text
    assert ours == theirs == ["configure gw0", "module", "configure gw1", "module"]
    assert "pytest_xdist_getremotemodule" not in run.stderr


def test_another_remote_module_is_named(project, execute):
    hook = "import own_remote\ndef pytest_xdist_getremotemodule(): return own_remote\n"
    folder = project({"conftest.py": hook, "own_remote.py": "", "test_a.py": "def test_1(): pass\n"})
    run = execute(folder)
    assert run.process.returncode == 0, run.text
    assert run.stderr.count("own_remote.py'> of pytest_xdist_getremotemodule is not run") == 1


CRASHES = """
import os

def test_before(): pass
def test_dies(): os._exit(7)
def test_after(): pass
"""


def test_a_crash_is_handled_after_its_node_went_down(project, execute):
    hook = """
def pytest_testnodedown(node, error):
    if error: note("down", error)
def pytest_handlecrashitem(crashitem, report, sched):
    note("crash", crashitem, report.outcome, report.nodeid, hasattr(sched, "mark_test_pending"))
"""
    files = {"conftest.py": NOTE + hook, "test_a.py": CRASHES}
    expected, run, theirs, ours = both(project, execute, files)
    assert run.process.returncode == expected.returncode == 1, run.text
    assert theirs == ["down Not properly terminated", "crash test_a.py::test_dies failed test_a.py::test_dies True"]
    assert ours == theirs


def test_a_crashed_test_that_is_to_run_again_is_named(project, execute):
    hook = "def pytest_handlecrashitem(crashitem, report, sched): sched.mark_test_pending(crashitem)\n"
    run = execute(project({"conftest.py": hook, "test_a.py": CRASHES}))
    assert run.process.returncode == 1, run.text
    assert run.outcomes()["test_a.py::test_dies"] == "failed"
    line = "test_a.py::test_dies is not run again by mark_test_pending"
    assert (run.stdout + run.stderr).count(line) == 1


@pytest.mark.parametrize("style", ["plain", "wrapper"])
def test_reports_are_serialized_where_pytest_xdist_does_so(project, execute, style):
    hook = """
import pytest

def pytest_report_to_serializable(config, report): note("to", type(report).__name__, report.nodeid, report.outcome)
def pytest_report_from_serializable(config, data):
    note("from", data["$report_type"], data["nodeid"], data["outcome"], "worker_id" in data, "testrun_uid" in data)
"""
    if style == "wrapper":
        hook = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable(config, report):
    data = yield
    data["own"] = "travelled"
    return data

@pytest.hookimpl(wrapper=True)
def pytest_report_from_serializable(config, data):
    report = yield
    note("from", report.nodeid, report.own)
    return report
"""
    tests = "def test_1(): pass\ndef test_2(): assert 0\n"
    files = {
        "conftest.py": NOTE + hook,
        "test_a.py": tests,
        "test_b.py": "import pytest\npytest.skip('no', allow_module_level=True)\n",
    }
    expected, run, theirs, ours = both(project, execute, files)
    assert run.process.returncode == expected.returncode == 1, run.text
    # Each of pytest-xdist's workers tells of the file that was skipped, and the controller wants to hear it once.
    assert sorted(set(ours)) == sorted(set(theirs))
    tests_of = [sorted(line for line in lines if "test_a.py" in line) for lines in (ours, theirs)]
    assert tests_of[0] == tests_of[1]
