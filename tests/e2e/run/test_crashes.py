"""Tests that crash, hang or are killed: each is reported once, by name, and the rest goes on."""

import os
import signal
from pathlib import Path

import pytest
from coordinator_process import wait_until

NEIGHBOURS = """
import pytest

@pytest.mark.parametrize("n", range(5))
def test_fine(n):
    pass
"""

CRASHES = {
    "segfault": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "abort": ("import os; os.abort()", "SIGABRT"),
    "exit_0": ("import os; os._exit(0)", "0"),
    "exit_3": ("import os; os._exit(3)", "3"),
    "kills_itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    "kills_its_group": ("import os, signal; os.killpg(0, signal.SIGKILL)", "SIGKILL"),
}

# test_waits writes down its pid, and then waits to be killed.
WAITS = """
import os
import pathlib
import signal

def test_before():
    pass

def test_waits():
    print("last words")
    pathlib.Path("pid.part").write_text(str(os.getpid()))
    os.rename("pid.part", "pid")
    while True:
        signal.pause()

def test_after():
    pass
"""


def pid_from(path):
    return wait_until(lambda: path.exists() and int(path.read_text()), f"{path} to be written")


@pytest.mark.parametrize("how", CRASHES)
@pytest.mark.parametrize("slots", [1, 2])
def test_crash_is_one_failure(project, execute, how, slots):
    code, death = CRASHES[how]
    folder = project(
        {
            "test_a.py": NEIGHBOURS,
            "test_crash.py": f"""
def test_1():
    pass

def test_2():
    print('last words')
    {code}

def test_3():
    pass
""",
        }
    )
    run = execute(folder, slots=slots)
    assert run.process.returncode == 1, run.text
    outcomes = run.outcomes()
    assert outcomes.pop("test_crash.py::test_2") == "failed"
    assert outcomes == {
        **{f"test_a.py::test_fine[{n}]": "passed" for n in range(5)},
        "test_crash.py::test_1": "passed",
        "test_crash.py::test_3": "passed",
    }
    result = run.results()["test_crash.py::test_2"]
    assert result["reason"] == "crash"
    assert death in result["death"]
    assert "last words" in result["longrepr"] + str(result["sections"])
    assert "1 failed, 7 passed" in run.stdout
    assert "FAILED test_crash.py::test_2" in run.stdout
    assert run.nothing_left()


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_crash_in_a_fixture(project, execute, phase):
    before, after = ("os._exit(9)", "pass") if phase == "setup" else ("pass", "os._exit(9)")
    folder = project(
        {
            "test_a.py": f"""
import os
import pytest

@pytest.fixture
def deadly():
    {before}
    yield
    {after}

def test_1(deadly):
    pass

def test_2():
    pass
"""
        }
    )
    run = execute(folder)
    assert run.outcomes() == {"test_a.py::test_1": "failed", "test_a.py::test_2": "passed"}
    assert run.process.returncode == 1


def test_every_test_crashes(project, execute):
    folder = project(
        {
            "test_a.py": """
import os
import pytest

@pytest.mark.parametrize("n", range(12))
def test(n):
    os._exit(1)
"""
        }
    )
    run = execute(folder)
    assert run.outcomes() == {f"test_a.py::test[{n}]": "failed" for n in range(12)}
    assert run.process.returncode == 1
    assert run.nothing_left()


def test_as_many_workers_are_replaced_as_xdist_would(project, execute):
    folder = project({f"test_{name}.py": "import os\n\ndef test_1():\n    os._exit(9)\n" for name in "abcdef"})
    run = execute(folder, "--max-worker-restart=1", slots=2)
    assert run.process.returncode == 1, run.text
    assert "maximum crashed workers reached: 1" in run.stdout
    # The other worker may have been running one more test.
    assert 2 <= list(run.outcomes().values()).count("failed") <= 3
    run = execute(folder, "--max-worker-restart=0", slots=1)
    assert run.process.returncode == 1, run.text
    assert "worker 'gw0' crashed and worker restarting disabled" in run.stdout
    assert list(run.outcomes().values()) == ["failed"]
    assert "5 tests not run" in run.text


def test_crash_stops_the_run_with_x(project, execute):
    folder = project({"test_a.py": "import os\n\ndef test_1():\n    os._exit(1)\n\ndef test_2():\n    pass\n"})
    run = execute(folder, "-x", slots=1)
    assert run.outcomes() == {"test_a.py::test_1": "failed"}
    assert run.process.returncode == 1


def test_crash_at_import_is_an_error(project, execute):
    folder = project({"test_a.py": "def test_1():\n    pass\n", "test_b.py": "import os\n\nos._exit(0)\n"})
    run = execute(folder)
    assert run.process.returncode not in (0, 5), run.text
    assert run.text.strip()
    assert run.nothing_left()


def test_crash_after_the_last_test(project, execute):
    """The last test tears the session fixture down, so the crash is reported for the last test."""
    folder = project(
        {
            "conftest.py": """
import os
import pytest

@pytest.fixture(scope="session")
def deadly():
    yield
    os._exit(0)
""",
            "test_a.py": "def test_1(deadly):\n    pass\n\ndef test_2(deadly):\n    pass\n",
        }
    )
    run = execute(folder, slots=1)
    assert run.outcomes() == {"test_a.py::test_1": "passed", "test_a.py::test_2": "failed"}
    assert run.process.returncode == 1


def test_worker_killed_in_the_midst_of_a_batch(project, start):
    folder = project({"test_a.py": NEIGHBOURS, "test_waits.py": WAITS})
    run = start(folder)
    os.kill(pid_from(folder / "pid"), signal.SIGKILL)
    assert run.wait() == 1, run.text
    assert run.outcomes() == {
        **{f"test_a.py::test_fine[{n}]": "passed" for n in range(5)},
        "test_waits.py::test_before": "passed",
        "test_waits.py::test_waits": "failed",
        "test_waits.py::test_after": "passed",
    }
    result = run.results()["test_waits.py::test_waits"]
    assert result["reason"] == "crash"
    assert "SIGKILL" in result["death"]
    assert "last words" in result["longrepr"] + str(result["sections"])
    assert run.events()[-1]["books"]["balanced"]
    assert run.nothing_left()


def test_closing_every_descriptor_is_a_crash(project, execute):
    folder = project(
        {"test_a.py": "import os\n\ndef test_1():\n    os.closerange(3, 4096)\n\ndef test_2():\n    pass\n"}
    )
    run = execute(folder)
    outcomes = run.outcomes()
    assert outcomes.pop("test_a.py::test_2") == "passed"
    assert outcomes == {"test_a.py::test_1": "failed"}
    assert run.process.returncode == 1
    assert run.nothing_left()


HANGS = {
    "sleeps": "time.sleep(10_000)",
    "spins": "[None for _ in iter(int, 1)]",
    "waits_for_a_lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "ignores_signals": "[signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; time.sleep(10_000)",
    "with_a_child": "subprocess.run(['sleep', '10000'])",
}


@pytest.mark.parametrize("how", HANGS)
def test_hang_is_ended_from_outside(project, execute, how):
    folder = project(
        {
            "test_a.py": NEIGHBOURS,
            "test_hang.py": f"""
import signal, subprocess, threading, time

def test_1():
    pass

def stuck_here():
    {HANGS[how]}

def test_2():
    print("last words")
    stuck_here()

def test_3():
    pass
""",
        }
    )
    run = execute(folder, "--hang-timeout", "2")
    assert run.process.returncode == 1, run.text
    outcomes = run.outcomes()
    assert outcomes.pop("test_hang.py::test_2") == "failed"
    assert set(outcomes.values()) == {"passed"} and len(outcomes) == 7
    result = run.results()["test_hang.py::test_2"]
    assert result["reason"] == "timeout"
    stack = result["death"] + result["longrepr"] + str(result["sections"])
    assert "stuck_here" in stack and "last words" in stack
    assert "stuck_here" in run.stdout
    assert run.nothing_left()


def test_hang_in_a_fixture(project, execute):
    folder = project(
        {
            "test_a.py": "import time\nimport pytest\n\n@pytest.fixture\ndef slow():\n    time.sleep(10_000)\n\n"
            "def test_1(slow):\n    pass\n\ndef test_2():\n    pass\n"
        }
    )
    run = execute(folder, "--hang-timeout=2")
    assert run.outcomes() == {"test_a.py::test_1": "failed", "test_a.py::test_2": "passed"}
    assert run.results()["test_a.py::test_1"]["reason"] == "timeout"


HANGS_OUTSIDE = {
    "import": {"test_b.py": "import time\n\ndef stuck_here():\n    time.sleep(10_000)\n\nstuck_here()\n"},
    "conftest": {"conftest.py": "import time\n\ndef stuck_here():\n    time.sleep(10_000)\n\nstuck_here()\n"},
    "end": {
        "conftest.py": "import time\n\ndef stuck_here():\n    time.sleep(10_000)\n\n"
        "def pytest_sessionfinish():\n    stuck_here()\n"
    },
}


def test_hang_outside_of_tests(project, start, tmp_path):
    """The runs go on at the same time, because a hang outside of tests is certain only after a while."""
    runs = {}
    for where, files in HANGS_OUTSIDE.items():
        folder = project({"test_a.py": "def test_1():\n    pass\n\ndef test_2():\n    pass\n", **files}, where)
        runs[where] = start(folder, "--hang-timeout", "1", slots=1)
    for where, run in runs.items():
        exit_code = run.wait()
        assert "stuck_here" in run.text, run.text
        assert "it hung" in run.text
        if where == "end":
            assert exit_code == 1, run.text
            assert run.outcomes() == {"test_a.py::test_1": "passed", "test_a.py::test_2": "passed"}
        else:
            assert exit_code == 10, run.text
            assert run.outcomes() == {}
        assert run.nothing_left()


def test_children_end_with_the_run(project, execute):
    """Tests leave children in their own group, in a session of their own, and as a daemon."""
    folder = project(
        {
            "test_a.py": """
import os
import subprocess

def test_in_the_group():
    subprocess.Popen(["sleep", "10000"])

def test_in_its_own_session():
    subprocess.Popen(["sleep", "10000"], start_new_session=True)

def test_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "10000"])
        os._exit(0)
    os.wait()
"""
        }
    )
    run = execute(folder, "-W", "ignore")
    assert run.process.returncode == 0, run.text
    assert run.nothing_left()


def test_child_that_comes_back_from_a_fork(project, execute):
    """A forked child that returns from the test must not report or run anything a second time."""
    folder = project(
        {
            "test_a.py": """
import os

def test_1():
    os.fork()

def test_2():
    open(f"ran.{os.getpid()}", "w").close()
"""
        }
    )
    run = execute(folder, "-W", "ignore")
    assert run.outcomes() == {"test_a.py::test_1": "passed", "test_a.py::test_2": "passed"}
    assert run.nothing_left()
    assert len(list(Path(folder).glob("ran.*"))) == 1
