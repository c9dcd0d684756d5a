"""Runs that end early. None of them leaves a process behind, and none is a success."""

import contextlib
import os
import signal
import sqlite3

import pytest
from coordinator_process import parent_of, wait_until
from test_crashes import WAITS, pid_from

FINISHED = "def test_1():\n    pass\n\ndef test_2():\n    pass\n"
IGNORES = WAITS.replace(
    "    while True:",
    "    for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
    "        signal.signal(n, signal.SIG_IGN)\n"
    "    while True:",
)
KILLS_PARENT = """
import os
import signal

def test_1():
    pass

def test_2():
    os.kill(os.getppid(), signal.SIGKILL)
    signal.pause()
"""


BEFORE = {"test_a.py::test_1": "passed", "test_a.py::test_2": "passed", "test_waits.py::test_before": "passed"}


def running(project, start, text=WAITS, slots=1, **kwargs):
    """Starts a run, and waits until only test_waits is under way. Gives the run and the pid of that test's worker."""
    folder = project({"test_a.py": FINISHED, "test_waits.py": text})
    run = start(folder, slots=slots, **kwargs)
    pid = pid_from(folder / "pid")
    wait_until(lambda: run.outcomes() == BEFORE, "the results of the tests before it")
    return run, pid


@pytest.mark.parametrize("text", [WAITS, IGNORES], ids=["plain", "ignores"])
@pytest.mark.parametrize("slots", [1, 2])
def test_ctrl_c(project, start, text, slots):
    run, _ = running(project, start, text, slots)
    run.send(signal.SIGINT)
    assert run.wait() == 2, run.text
    assert run.outcomes() == BEFORE
    assert "3 passed" in run.stdout
    assert "KeyboardInterrupt" in run.stdout
    last = run.events()[-1]
    assert last["type"] == "run_finished" and last["exit_code"] == 2
    assert run.nothing_left()


TEARS_DOWN = """
import pathlib
import time
import pytest

@pytest.fixture(scope="session")
def service():
    yield
    with open("torn_down", "a") as file:
        file.write("session\\n")

@pytest.fixture
def table(service):
    yield
    with open("torn_down", "a") as file:
        file.write("function\\n")

def test_before(): pass

def test_waits(table):
    import os
    pathlib.Path("new_pid").write_text(str(os.getpid()))
    pathlib.Path("new_pid").rename("pid")
    time.sleep(10_000)

def test_after(table): pass
"""


@pytest.mark.parametrize("engine", ["auto", "pytest"])
@pytest.mark.parametrize("slots", [1, 2])
def test_ctrl_c_tears_fixtures_down(project, start, slots, engine):
    folder = project({"test_a.py": FINISHED, "test_waits.py": TEARS_DOWN})
    run = start(folder, "--engine", engine, slots=slots)
    pid_from(folder / "pid")
    wait_until(lambda: run.outcomes() == BEFORE, "the results of the tests before it")
    run.send(signal.SIGINT)
    assert run.wait() == 2, run.text
    assert (folder / "torn_down").read_text() == "function\nsession\n"
    assert run.outcomes() == BEFORE
    assert run.nothing_left()


def test_ctrl_c_ends_the_controllers_part_after_the_workers(project, start):
    conftest = """
def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        with open("torn_down", "a") as file:
            file.write("controller\\n")
"""
    folder = project({"test_a.py": FINISHED, "test_waits.py": TEARS_DOWN, "conftest.py": conftest})
    run = start(folder, slots=2)
    pid_from(folder / "pid")
    wait_until(lambda: run.outcomes() == BEFORE, "the results of the tests before it")
    run.send(signal.SIGINT)
    assert run.wait() == 2, run.text
    assert (folder / "torn_down").read_text() == "function\nsession\ncontroller\n"
    assert run.nothing_left()


def test_ctrl_c_in_a_terminal_reaches_the_whole_group(project, start):
    """A terminal sends the signal to every process of the foreground group. The workers are not in that group."""
    run, _ = running(project, start, start_new_session=True)
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.wait() == 2, run.text
    assert len(run.outcomes()) == 3
    assert run.nothing_left()


def test_second_ctrl_c(project, start):
    run, _ = running(project, start, IGNORES)
    run.send(signal.SIGINT)
    with contextlib.suppress(ProcessLookupError):
        run.send(signal.SIGINT)
    assert run.wait() == 2
    assert run.nothing_left()


def test_ctrl_c_before_anything_ran(project, start):
    folder = project(
        {
            "test_a.py": FINISHED,
            "conftest.py": "import pathlib, time\n\npathlib.Path('here').touch()\ntime.sleep(10_000)\n",
        }
    )
    run = start(folder)
    wait_until((folder / "here").exists, "the conftest to be imported")
    run.send(signal.SIGINT)
    assert run.wait() == 2, run.text
    assert run.nothing_left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals(project, start, number):
    run, _ = running(project, start, IGNORES)
    run.send(number)
    assert run.wait() != 0
    assert run.nothing_left()


@pytest.mark.parametrize("text", [WAITS, IGNORES], ids=["plain", "ignores"])
def test_coordinator_killed(project, start, text):
    run, _ = running(project, start, text, slots=2)
    run.send(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert run.nothing_left()


def test_agent_killed(project, start):
    run, _ = running(project, start, slots=2)
    os.kill(run.pid_of("fastest-agent"), signal.SIGKILL)
    assert run.wait() == 10, run.text
    assert run.outcomes() == BEFORE
    assert "test_waits.py::test_waits" in run.text
    assert run.nothing_left()


def test_zygote_killed(project, start):
    """No test is to blame. The workers of a new zygote run the tests that the lost workers had."""
    once = WAITS.replace('    print("last words")', "    if pathlib.Path('pid').exists():\n        return")
    run, worker = running(project, start, once, slots=2)
    os.kill(parent_of(worker), signal.SIGKILL)
    assert run.wait() == 0, run.text
    assert run.outcomes() == {**BEFORE, "test_waits.py::test_waits": "passed", "test_waits.py::test_after": "passed"}
    assert run.nothing_left()


def test_zygote_killed_again_and_again(project, execute):
    """A test kills its zygote each time. The run gives up after some tries, and is never a success."""
    run = execute(project({"test_a.py": KILLS_PARENT}))
    assert run.process.returncode in (1, 10), run.text
    assert run.outcomes()["test_a.py::test_1"] == "passed"
    assert "test_a.py::test_2" in run.text
    assert run.nothing_left()


def test_agent_ended_politely(project, start):
    run, _ = running(project, start, IGNORES)
    os.kill(run.pid_of("fastest-agent"), signal.SIGTERM)
    assert run.wait() == 10, run.text
    assert run.nothing_left()


def test_everything_is_gone_when_the_command_returns(project, execute):
    """A script may delete the folder right after the command, and must not meet a worker there."""
    run = execute(project({"test_a.py": FINISHED}))
    assert run.process.returncode == 0
    assert run.processes() == []


def test_killed_it_leaves_what_it_has_measured_to_later_runs(project, start, tmp_path):
    history = tmp_path / "history.sqlite"
    folder = project({"test_a.py": FINISHED, "test_waits.py": WAITS})
    run = start(folder, "--history", history)
    pid_from(folder / "pid")

    def recorded():
        with contextlib.closing(sqlite3.connect(history)) as database:
            return {node_id for (node_id,) in database.execute("SELECT node_id FROM test")}

    wait_until(lambda: "test_a.py::test_2" in recorded(), "the durations of the tests before it")
    run.process.kill()
    assert run.nothing_left()
    assert recorded() >= {"test_a.py::test_1", "test_a.py::test_2"}
