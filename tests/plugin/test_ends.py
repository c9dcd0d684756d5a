"""How `pytest --fastest` ends when a person, a signal or a crash ends it: nothing is left, and nothing is forgotten."""

import os
import re
import signal
import time

from coordinator_process import wait_until

_SLOW = """
import time, pathlib

def test_first(): pass

def test_slow():
    pathlib.Path("began").touch()
    time.sleep(60)

def test_last(): pass
"""
# Long enough for a machine with other work, and far below the test's minute.
_SOON_S = 30


def _begin(start, project, **streams):
    folder = project({"test_a.py": _SLOW, "test_b.py": "def test_b(): pass\n"})
    run = start(folder, "--fastest", "-n", "2", **streams)
    wait_until((folder / "began").exists, "the slow test")
    return run


def test_ctrl_c_ends_as_pytest_does(start, project):
    run = _begin(start, project)
    begun = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.wait() == 2
    assert time.monotonic() - begun < _SOON_S
    assert "KeyboardInterrupt" in run.stdout
    assert re.search(r"\d passed", run.stdout), run.stdout
    assert run.nothing_left()


def test_a_killed_pytest_leaves_nothing(start, project):
    run = _begin(start, project)
    run.process.kill()
    run.wait()
    assert run.nothing_left()


def test_a_killed_coordinator_is_no_good_run(start, project):
    run = _begin(start, project)
    coordinator = run.pid_of("fastest-coordinator")
    os.kill(coordinator, signal.SIGKILL)
    assert run.wait() == 10
    assert "fastest-coordinator ended with signal 9 before the run was over" in run.stdout
    missing = run.stdout.partition("tests that have no result")[2]
    assert "test_a.py::test_slow" in missing and "test_a.py::test_last" in missing
    assert run.nothing_left()


def test_a_worker_that_crashes_fails_its_test(call, project):
    folder = project({"test_a.py": "import os\ndef test_a(): os._exit(3)\ndef test_b(): pass\n"})
    done = call(folder, "--fastest", "-n", "2")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "fastest: gw" in done.stderr


def test_an_error_in_a_reporting_hook_ends_the_run(call, project):
    hook = "def pytest_runtest_logreport(report):\n    if hasattr(report, 'node'): raise ValueError('in the hook')\n"
    folder = project({"conftest.py": hook, "test_a.py": "def test_a(): pass\n"})
    done = call(folder, "--fastest", "-n", "2")
    assert done.returncode == 3
    assert "INTERNALERROR" in done.stdout and "in the hook" in done.stdout


def test_a_missing_coordinator_is_named(call, project):
    folder = project({"test_a.py": "def test_a(): pass\n"})
    done = call(folder, "--fastest", env={"FASTEST_COORDINATOR": "/nowhere/fastest"})
    assert done.returncode == 4
    assert "/nowhere/fastest, which FASTEST_COORDINATOR names, is no program" in done.stderr
    done = call(folder, "--fastest", env={"FASTEST_COORDINATOR": "", "PATH": "/nowhere"})
    assert done.returncode == 4
    assert "install it, or name it in FASTEST_COORDINATOR" in done.stderr


def test_a_setting_that_is_wrong_is_named(call, project):
    folder = project({"test_a.py": "def test_a(): pass\n"})
    done = call(folder, "--fastest", "-n2", env={"FASTEST_RETRIES": "often"})
    assert done.returncode == 4
    assert "FASTEST_RETRIES" in done.stderr


def test_retries_are_said(call, project):
    flaky = """
import pathlib
def test_flaky():
    seen = pathlib.Path("seen")
    if not seen.exists():
        seen.touch()
        assert False
def test_other(): pass
"""
    folder = project({"test_a.py": flaky})
    done = call(folder, "--fastest", "-n2", env={"FASTEST_RETRIES": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fastest: test_a.py::test_flaky failed, and is run again" in done.stderr
    assert "2 passed" in done.stdout
