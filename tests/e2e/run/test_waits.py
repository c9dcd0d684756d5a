"""Nothing is waited for without an end: each test stops one thing that a run waits for (docs/adr/0051).

SIGSTOP stands for a process that is stuck in the kernel: nobody in the process can say so, or do anything about it.
"""

import os
import signal
import socket
import stat
import time

import pytest
from coordinator_process import parent_of, wait_until
from test_crashes import WAITS, pid_from

# Far less than the limits of what the runs would wait for without a bound, and far more than what a busy machine needs.
SOON_S = 75

MANY = "import pytest\n\n@pytest.mark.parametrize('n', range(20))\ndef test_many(n):\n    pass\n"
PASSED = {f"test_a.py::test_many[{n}]": "passed" for n in range(20)}
# The first test waits for the file `go`.
GOES_ON = """
import os
import pathlib
import time

def test_waits():
    pathlib.Path("pid.part").write_text(str(os.getpid()))
    os.rename("pid.part", "pid")
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
"""
# All workers but one hang while they load this.
ONE_IS_READY = """
import os
import time

def hangs():
    try:
        os.mkdir("taken")
    except FileExistsError:
        return True

if hangs():
    time.sleep(10_000)
"""


@pytest.fixture
def hung_python(tmp_path):
    """An interpreter that never gets as far as to load anything."""
    program = tmp_path / "hung-python"
    program.write_text("#!/bin/sh\nexec sleep 10000\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def soon(run):
    """Waits for the end of the run, and checks that it is not far away. Gives the exit code."""
    begin = time.monotonic()
    exit_code = run.wait()
    assert time.monotonic() - begin < SOON_S, run.text
    return exit_code


def with_frozen_zygote(project, start, text, *args, slots=1):
    """A run whose zygote was frozen while the test in `text` that makes the file `pid` ran."""
    folder = project({"test_waits.py": text})
    run = start(folder, *args, slots=slots)
    worker = pid_from(folder / "pid")
    os.kill(parent_of(worker), signal.SIGSTOP)
    return run, folder


# A frozen zygote: it forks no worker, kills none, and tells of no worker's end.


@pytest.mark.parametrize("slots", [1, 2])
def test_a_frozen_zygote_keeps_no_finished_run(project, start, slots):
    run, folder = with_frozen_zygote(project, start, GOES_ON, slots=slots)
    (folder / "go").touch()
    assert soon(run) == 0, run.text
    assert run.outcomes() == {"test_waits.py::test_waits": "passed"}
    assert run.nothing_left()


def test_a_frozen_zygote_keeps_no_hung_test(project, start):
    run, _ = with_frozen_zygote(project, start, WAITS, "--hang-timeout", "2")
    assert soon(run) == 1, run.text
    assert run.outcomes() == {
        "test_waits.py::test_before": "passed",
        "test_waits.py::test_waits": "failed",
        "test_waits.py::test_after": "passed",
    }
    assert run.results()["test_waits.py::test_waits"]["reason"] == "timeout"
    assert run.nothing_left()


def test_a_frozen_zygote_keeps_no_worker_that_died(project, start):
    run, folder = with_frozen_zygote(project, start, WAITS)
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
    assert soon(run) == 1, run.text
    assert run.outcomes()["test_waits.py::test_waits"] == "failed"
    assert run.outcomes()["test_waits.py::test_after"] == "passed"
    assert run.nothing_left()


def test_a_frozen_zygote_keeps_no_interrupt(project, start):
    run, _ = with_frozen_zygote(project, start, WAITS)
    run.send(signal.SIGINT)
    assert soon(run) == 2, run.text
    assert run.nothing_left()


def test_a_frozen_zygote_keeps_no_deadline(project, start):
    run, _ = with_frozen_zygote(project, start, WAITS, "--deadline", "6")
    assert soon(run) == 11, run.text
    assert run.nothing_left()


# An interpreter that hangs at its start.


def test_a_hung_interpreter_keeps_no_deadline(project, start, hung_python):
    run = start(project({"test_a.py": MANY}), "--deadline", "3", python=hung_python)
    assert soon(run) == 11, run.text
    assert run.nothing_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_hung_interpreter_keeps_no_interrupt(project, start, hung_python, number):
    run = start(project({"test_a.py": MANY}), python=hung_python)
    wait_until(lambda: run.pid_of("sleep"), "the interpreter")
    run.send(number)
    assert soon(run) == 2, run.text
    assert run.nothing_left()


def test_a_hung_interpreter_keeps_no_hang_timeout(project, start, hung_python):
    run = start(project({"test_a.py": MANY}), "--hang-timeout", "1", python=hung_python)
    assert soon(run) in (4, 10), run.text
    assert "has not loaded pytest" in run.text
    assert run.nothing_left()


def test_an_agent_whose_interpreter_hangs_keeps_no_finished_run(project, agent, start, hung_python):
    folder = project({"test_a.py": MANY})
    good, bad = agent(folder), agent(folder, "--python", hung_python)
    run = start(folder, "--agents", f"{good.address},{bad.address}")
    assert soon(run) == 0, run.text
    assert run.outcomes() == PASSED
    assert "the run does not wait for it" in run.text
    assert run.nothing_left()


# A worker that never becomes ready.


def test_a_worker_that_never_becomes_ready_keeps_no_finished_run(project, start):
    run = start(project({"test_a.py": MANY, "conftest.py": ONE_IS_READY}), slots=2)
    assert soon(run) == 0, run.text
    assert run.outcomes() == PASSED
    assert "ended: the run does not wait for it" in run.text
    assert run.nothing_left()


def test_a_worker_that_never_becomes_ready_keeps_no_drained_agent(project, agent, start):
    """The agent is to end while a worker of it loads. The other one goes on."""
    hangs = (
        "import os, pathlib, time\n\nif os.environ.get('HANGS_HERE'):\n"
        "    pathlib.Path('hangs').touch()\n    time.sleep(10_000)\n"
    )
    folder = project({"test_a.py": MANY, "test_b.py": GOES_ON, "conftest.py": hangs})
    good, bad = agent(folder), agent(folder, env={"HANGS_HERE": "1"})
    run = start(folder, "--agents", f"{good.address},{bad.address}")
    wait_until((bad.workdir / "hangs").exists, "the worker that hangs")
    bad.send(signal.SIGTERM)
    assert soon(bad) == 75, bad.text
    (good.workdir / "go").touch()
    assert soon(run) == 0, run.text
    assert run.outcomes() == {**PASSED, "test_b.py::test_waits": "passed"}


def test_a_worker_that_is_frozen_at_its_end_keeps_no_finished_run(project, start):
    """It has said all that there was to say."""
    freezes = "import atexit, os, signal\n\natexit.register(lambda: os.kill(os.getpid(), signal.SIGSTOP))\n"
    run = start(project({"test_a.py": MANY, "conftest.py": freezes}), slots=2)
    assert soon(run) == 0, run.text
    assert run.outcomes() == PASSED
    assert run.nothing_left()


# An agent that is frozen, or out of reach.


def test_a_frozen_agent_that_holds_nothing_keeps_no_finished_run(project, agent, start):
    folder = project({"test_a.py": MANY, "test_b.py": GOES_ON})
    agents = [agent(folder), agent(folder)]
    run = start(folder, "--agents", ",".join(one.address for one in agents), "--lease", "300")
    busy, idle = wait_until(
        lambda: (
            [sorted(agents, key=lambda one: not (one.workdir / "pid").exists())]
            if any((one.workdir / "pid").exists() for one in agents) and len(run.outcomes()) == 20
            else None
        ),
        "the last test",
    )[0]
    os.kill(idle.pid_of("fastest-agent"), signal.SIGSTOP)
    (busy.workdir / "go").touch()
    assert soon(run) == 0, run.text
    assert run.outcomes() == {**PASSED, "test_b.py::test_waits": "passed"}
    os.kill(idle.pid_of("fastest-agent"), signal.SIGCONT)


@pytest.mark.parametrize("how", ["--deadline", "SIGTERM"])
def test_a_frozen_embedded_agent_keeps_no_end(project, start, how):
    folder = project({"test_waits.py": WAITS})
    run = start(folder, *([how, "6"] if how == "--deadline" else []), slots=1)
    pid_from(folder / "pid")
    os.kill(run.pid_of("fastest-agent"), signal.SIGSTOP)
    if how == "SIGTERM":
        run.send(signal.SIGTERM)
    assert soon(run) == (11 if how == "--deadline" else 2), run.text
    assert run.nothing_left()


def test_the_deadline_ends_a_run_that_stops_for_another_reason(project, start):
    """A failure stops the run. The worker that still runs then never ends."""
    files = {"test_a.py": "def test_fails():\n    assert 0\n", "test_waits.py": WAITS}
    run = start(project(files), "-x", "--deadline", "8", slots=2)
    assert soon(run) in (1, 11), run.text
    assert run.outcomes()["test_a.py::test_fails"] == "failed"
    assert run.nothing_left()


def test_an_agent_that_never_says_hello_keeps_no_deadline(project, start):
    """Something accepts the connection, and says nothing."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        run = start(project({"test_a.py": MANY}), "--agents", address, "--deadline", "2")
        assert soon(run) == 11, run.text
    assert address in run.text


@pytest.mark.parametrize("first", ["good", "bad"])
def test_a_run_with_a_controllers_part_ends_with_its_last_result(project, agent, start, first):
    """One agent's worker hangs while the controller's part and the other agent's worker do everything."""
    conftest = (
        "import os, time\n\nif os.environ.get('HANGS_HERE'):\n    time.sleep(10_000)\n\n"
        "def pytest_terminal_summary(terminalreporter):\n    terminalreporter.write_line('the controller was here')\n"
    )
    folder = project({"test_a.py": MANY, "conftest.py": conftest})
    good, bad = agent(folder), agent(folder, env={"HANGS_HERE": "1"})
    addresses = (good.address, bad.address) if first == "good" else (bad.address, good.address)
    run = start(folder, "--agents", ",".join(addresses))
    assert soon(run) == 0, run.text
    assert run.outcomes() == PASSED
    assert "the controller was here" in run.stdout
