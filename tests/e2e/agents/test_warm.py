"""--warm: a run leaves an agent behind, the next run uses the agent, and the verdict is the same without it."""

import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import uuid
from pathlib import Path

import pytest
import virtual_environment
from coordinator_process import Fastest, parent_of, wait_until

# The tests write down what they see of their surroundings.
TESTS = {
    "pytest.ini": "[pytest]\n",
    "library.py": "ANSWER = 42\n",
    "test_all.py": """
import os, pathlib
import library

def test_answer():
    assert library.ANSWER == 42

def test_looks_around():
    seen = pathlib.Path(os.environ["HERE"], "seen")
    line = f"{os.getpid()} {os.getppid()} {os.environ.get('COLOUR')} {os.getcwd()} {oct(os.umask(0o22))}"
    seen.write_text(line + " " + os.environ.get("FASTEST_ODD", ""), errors="surrogateescape")
""",
}
PASSED = {"test_all.py::test_answer": "passed", "test_all.py::test_looks_around": "passed"}
# test_waits makes a file when it starts, and ends when the file `go` exists.
WAITS = """
import os, pathlib, time

def test_first():
    pass

def test_waits():
    here = pathlib.Path(os.environ["HERE"])
    (here / f"started-{os.getpid()}").touch()
    while not (here / "go").exists():
        time.sleep(0.01)
"""


@pytest.fixture
def runtime():
    """A short XDG_RUNTIME_DIR. The path of a socket has at most 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="warm", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def warm(runtime, start, tmp_path):
    """Runs a coordinator to its end. All runs of a test have the same environment.

    The agents have the mark of these runs too. So `start` ends the agents before the folder is removed.
    """
    mark = uuid.uuid4().hex

    def run(cwd, *args, env=None, wait=True, **kwargs):
        environment = {"XDG_RUNTIME_DIR": str(runtime), "HERE": str(tmp_path), "CI": None, **(env or {})}
        run = start(cwd, *(args or ("--warm",)), env=environment, mark=mark, **kwargs)
        if wait:
            run.wait()
        return run

    return run


@pytest.fixture
def venv(tmp_path):
    """A virtual environment with the packages that are installed beside pytest here."""
    return virtual_environment.beside_pytest(tmp_path / "venv")


def agents(runtime):
    """The pids of the waiting agents."""
    found = set()
    for file in runtime.glob("fastest/*.pid"):
        text = file.read_text()
        if text.endswith("\n") and file.with_suffix(".sock").exists() and alive(int(text)):
            found.add(int(text))
    return found


def alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] not in "ZX"
    return False


def the_agent(runtime, other_than=frozenset()):
    return wait_until(lambda: agents(runtime) - other_than, "a warm agent").pop()


def zygote_of(agent):
    children = Path(f"/proc/{agent}/task/{agent}/children")
    return int(wait_until(lambda: children.read_text().split(), "the agent's Python")[0])


def seen(tmp_path):
    worker, zygote, colour, cwd, umask, odd = (tmp_path / "seen").read_text(errors="surrogateescape").split(" ")
    return {"zygote": int(zygote), "colour": colour, "cwd": cwd, "umask": umask, "odd": odd}


def test_the_next_run_uses_what_the_first_one_left(project, warm, runtime, tmp_path):
    folder = project(TESTS)
    first = warm(folder)
    assert first.process.returncode == 0, first.text
    assert first.outcomes() == PASSED
    agent = the_agent(runtime)
    zygote = zygote_of(agent)
    assert seen(tmp_path)["zygote"] != zygote
    for _ in range(2):
        run = warm(folder)
        assert run.process.returncode == 0, run.text
        assert run.stderr == ""
        assert run.outcomes() == PASSED
        # The worker's parent is the Python of the agent that an earlier run left.
        assert seen(tmp_path)["zygote"] == zygote
    assert parent_of(zygote) == agent
    assert agents(runtime) == {agent}


def test_the_events_are_those_of_a_run_without_it(project, warm, runtime):
    folder = project(
        {**TESTS, "test_bad.py": "import sys\n\ndef test_bad():\n    print('x')\n    assert 0, sys.argv\n"}
    )
    plain = warm(folder, "--engine=auto")
    warm(folder)
    the_agent(runtime)
    used = warm(folder)

    def what_matters(run):
        kinds = [event["type"] for event in run.events() if event["type"] not in ("test_started", "result")]
        results = {
            nodeid: (
                result["outcome"],
                result.get("longrepr"),
                result.get("sections"),
                result["engine"],
                result["agent"],
            )
            for nodeid, result in run.results().items()
        }
        return sorted(kinds), results

    assert what_matters(used) == what_matters(plain)
    assert used.process.returncode == plain.process.returncode == 1


def test_edited_modules_and_new_tests_are_seen(project, warm, runtime):
    folder = project(TESTS)
    warm(folder)
    agent = the_agent(runtime)
    (folder / "library.py").write_text("ANSWER = 'wrong'\n")
    (folder / "test_new.py").write_text("def test_new():\n    assert 0\n")
    run = warm(folder)
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == {
        "test_all.py::test_answer": "failed",
        "test_all.py::test_looks_around": "passed",
        "test_new.py::test_new": "failed",
    }
    (folder / "library.py").write_text("ANSWER = 42\n")
    (folder / "test_new.py").unlink()
    assert warm(folder).outcomes() == PASSED
    assert agents(runtime) == {agent}


def test_a_changed_environment_reaches_the_tests(project, warm, runtime, tmp_path):
    folder = project(TESTS)
    warm(folder, env={"COLOUR": "red"})
    agent = the_agent(runtime)
    zygote = zygote_of(agent)
    # The value is not UTF-8, and the variable does not change how Python starts.
    warm(folder, env={"COLOUR": "red", "FASTEST_ODD": os.fsdecode(b"\xff\xe9")})
    assert seen(tmp_path) == {
        "zygote": zygote,
        "colour": "red",
        "cwd": str(folder),
        "umask": seen(tmp_path)["umask"],
        "odd": os.fsdecode(b"\xff\xe9"),
    }
    # A sitecustomize might read this variable. So the same agent starts a new Python.
    warm(folder, env={"COLOUR": "blue"})
    assert seen(tmp_path)["colour"] == "blue"
    assert seen(tmp_path)["odd"] == ""
    assert seen(tmp_path)["zygote"] != zygote
    warm(folder)
    assert seen(tmp_path)["colour"] == "None"
    assert agents(runtime) == {agent}


def test_the_number_of_workers_and_the_directory_are_the_runs_own(project, warm, runtime, tmp_path):
    folder = project({**TESTS, **{f"sub/test_{n}.py": "def test_it(worker_id): print(worker_id)\n" for n in range(6)}})
    warm(folder, slots=1)
    agent = the_agent(runtime)
    for slots in (3, 1, 2):
        run = warm(folder, slots=slots)
        assert run.process.returncode == 0, run.text
        assert len(run.events("worker_started")) == slots
    run = warm(folder / "sub", "--warm", "../test_all.py")
    assert run.process.returncode == 0, run.text
    assert seen(tmp_path)["cwd"] == str(folder / "sub")
    assert agents(runtime) == {agent}


def test_what_the_tests_left_running_ends_with_the_run(project, warm, runtime, tmp_path):
    folder = project(TESTS)
    warm(folder)
    agent = the_agent(runtime)
    (folder / "test_leaves.py").write_text(
        "import os, subprocess\n\ndef test_leaves():\n"
        "    child = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "    open(os.environ['HERE'] + '/left', 'w').write(str(child.pid))\n"
    )
    zygote = zygote_of(agent)
    assert warm(folder).process.returncode == 0
    assert not alive(int((tmp_path / "left").read_text()))
    (folder / "test_leaves.py").unlink()
    warm(folder)
    assert seen(tmp_path)["zygote"] == zygote


def test_it_holds_nothing_of_the_run_that_left_it(project, warm, runtime):
    read, write = os.pipe()
    warm(project(TESTS), pass_fds=(write,))
    agent = the_agent(runtime)
    os.close(write)
    os.set_blocking(read, False)
    # No process has the other end of the pipe.
    assert os.read(read, 1) == b""
    os.close(read)
    assert os.getsid(agent) == agent
    assert os.readlink(f"/proc/{agent}/cwd") == "/"


def test_it_is_ended_by_word(project, warm, runtime):
    folder = project(TESTS)
    other = project(TESTS, name="other")
    warm(folder)
    agent = the_agent(runtime)
    warm(other)
    others = the_agent(runtime, {agent})
    stop = warm(folder, "--warm=stop")
    assert stop.process.returncode == 0, stop.text
    assert stop.stderr == f"fastest: the warm agent of {folder} is ended (process {agent})\n"
    assert not alive(agent)
    assert agents(runtime) == {others}
    stop = warm(folder, "--warm=stop")
    assert stop.stderr == f"fastest: {folder} has no warm agent\n"
    # A stopped agent cannot end by itself.
    os.kill(others, signal.SIGSTOP)
    assert warm(other, "--warm=stop").process.returncode == 0
    assert not alive(others)


def test_another_interpreter_or_umask_has_another_agent(project, warm, runtime, tmp_path):
    folder = project(TESTS)
    warm(folder)
    agent = the_agent(runtime)
    link = tmp_path / "python"
    link.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    link.chmod(0o755)
    assert warm(folder, python=str(link)).outcomes() == PASSED
    second = the_agent(runtime, {agent})
    run = warm(folder, preexec_fn=lambda: os.umask(0o77))
    assert run.process.returncode == 0, run.text
    assert seen(tmp_path)["umask"] == "0o77"
    third = the_agent(runtime, {agent, second})
    assert warm(folder, preexec_fn=lambda: os.umask(0o77)).process.returncode == 0
    assert seen(tmp_path)["umask"] == "0o77"
    assert seen(tmp_path)["zygote"] == zygote_of(third)


def test_a_changed_package_is_loaded_anew(project, warm, runtime, venv, tmp_path):
    folder = project(TESTS)
    site = next(venv.glob("lib/python*/site-packages"))
    python = str(venv / "bin" / "python")
    run = warm(folder, python=python)
    assert run.outcomes() == PASSED, run.text
    agent = the_agent(runtime)
    # The agent checks its files after it has served a run.
    assert warm(folder, python=python).outcomes() == PASSED
    (site / "more.pth").write_text("import os; os.environ['COLOUR'] = 'green'\n")
    assert warm(folder, python=python).outcomes() == PASSED
    assert seen(tmp_path)["colour"] == "green"
    # The next run has the variable too.
    zygote = zygote_of(agent)
    assert warm(folder, python=python).outcomes() == PASSED
    assert seen(tmp_path) == {**seen(tmp_path), "colour": "green", "zygote": zygote}
    assert agents(runtime) == {agent}


def test_one_that_was_killed_is_done_without(project, warm, runtime):
    folder = project(TESTS)
    warm(folder)
    agent = the_agent(runtime)
    os.kill(agent, signal.SIGKILL)
    wait_until(lambda: not alive(agent), "its end")
    run = warm(folder)
    assert run.process.returncode == 0, run.text
    assert run.outcomes() == PASSED
    # This run leaves a new agent.
    assert the_agent(runtime) != agent


def test_one_that_does_not_answer_is_done_without(project, warm, runtime):
    folder = project(TESTS)
    warm(folder)
    agent = the_agent(runtime)
    os.kill(agent, signal.SIGSTOP)
    run = warm(folder)
    assert run.process.returncode == 0, run.text
    assert run.stderr == (
        f"fastest: the warm agent (process {agent}) does not answer: this run has an agent of its own\n"
    )
    assert run.outcomes() == PASSED
    os.kill(agent, signal.SIGCONT)
    assert warm(folder).stderr == ""


def test_a_python_that_does_not_answer_is_done_without(project, warm, runtime, tmp_path):
    folder = project(TESTS)
    warm(folder)
    agent = the_agent(runtime)
    warm(folder)
    zygote = zygote_of(agent)
    os.kill(zygote, signal.SIGSTOP)
    assert warm(folder).outcomes() == PASSED
    assert seen(tmp_path)["zygote"] != zygote
    os.kill(zygote_of(agent), signal.SIGKILL)
    assert warm(folder).outcomes() == PASSED
    assert agents(runtime) == {agent}


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize(
    "files",
    [
        {"conftest.py": "import os\nos._exit(3)\n"},
        {"conftest.py": "1 / 0\n"},
        {"test_dies.py": "import os\n\ndef test_dies():\n    os._exit(0)\n"},
        {"test_broken.py": "import nowhere\n"},
        {"pytest.ini": "[pytest]\naddopts = --no-such-option\n"},
    ],
    ids=["dies at start", "conftest", "dies", "import", "usage"],
)
def test_what_goes_wrong_goes_wrong_in_the_same_way(project, warm, runtime, files, slots):
    folder = project(TESTS)
    warm(folder)
    the_agent(runtime)
    for name, text in files.items():
        (folder / name).write_text(text)
    plain = warm(folder, "--engine=auto", slots=slots)
    used = warm(folder, slots=slots)
    assert used.process.returncode == plain.process.returncode
    assert used.outcomes() == plain.outcomes()

    def said(run):
        # Which worker comes first is chance.
        return {re.sub("gw[0-9]+", "gw", line) for line in run.stderr.splitlines()}

    assert said(used) == said(plain)


def test_a_pytest_that_has_gone_is_missed(project, warm, runtime, venv):
    folder = project(TESTS)
    python = str(venv / "bin" / "python")
    warm(folder, python=python)
    the_agent(runtime)
    next(venv.glob("lib/python*/site-packages/pytest")).unlink()
    run = warm(folder, python=python)
    assert run.process.returncode == 4, run.text
    assert "pytest is not installed for" in run.stderr


@pytest.mark.parametrize("slots", [1, 2])
def test_one_that_is_killed_in_the_midst_of_a_run_loses_no_test(project, warm, runtime, tmp_path, slots):
    folder = project({**TESTS, "test_waits.py": WAITS})
    warm(folder, "--warm", "test_all.py", slots=slots)
    agent = the_agent(runtime)
    run = warm(folder, slots=slots, wait=False)
    wait_until(lambda: list(tmp_path.glob("started-*")), "a test that runs")
    os.kill(agent, signal.SIGKILL)
    wait_until(lambda: len(list(tmp_path.glob("started-*"))) > 1, "the test elsewhere")
    (tmp_path / "go").touch()
    assert run.wait() == 0, run.text
    assert "fastest: the warm agent" in run.stderr
    assert run.outcomes() == {**PASSED, "test_waits.py::test_first": "passed", "test_waits.py::test_waits": "passed"}


def test_an_interrupted_run_leaves_no_workers(project, warm, runtime, tmp_path):
    folder = project({**TESTS, "test_waits.py": WAITS})
    warm(folder, "--warm", "test_all.py")
    agent = the_agent(runtime)
    run = warm(folder, wait=False)
    worker = int(wait_until(lambda: list(tmp_path.glob("started-*")), "a test that runs")[0].name.partition("-")[2])
    run.send(signal.SIGINT)
    assert run.wait() == 2, run.text
    assert not alive(worker)
    (tmp_path / "go").touch()
    assert warm(folder).process.returncode == 0
    assert agents(runtime) == {agent}
    # The workers of a killed coordinator end too.
    (tmp_path / "go").unlink()
    for file in tmp_path.glob("started-*"):
        file.unlink()
    run = warm(folder, wait=False)
    worker = int(wait_until(lambda: list(tmp_path.glob("started-*")), "a test that runs")[0].name.partition("-")[2])
    run.send(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not alive(worker), "the worker's end")
    (tmp_path / "go").touch()
    assert warm(folder).process.returncode == 0
    assert agents(runtime) == {agent}


def test_two_runs_at_a_time_do_not_wait_for_each_other(project, warm, runtime, tmp_path):
    folder = project({**TESTS, "test_waits.py": WAITS})
    warm(folder, "--warm", "test_all.py", slots=1)
    agent = the_agent(runtime)
    slow = warm(folder, slots=1, wait=False)
    wait_until(lambda: list(tmp_path.glob("started-*")), "a test that runs")
    assert warm(folder, "--warm", "test_all.py", slots=1).outcomes() == PASSED
    (tmp_path / "go").touch()
    assert slow.wait() == 0, slow.text
    assert agents(runtime) == {agent}


def test_in_ci_only_who_types_it_has_it(project, warm, runtime):
    folder = project(TESTS)
    run = warm(folder, "-v", env={"CI": "true", "FASTEST_WARM": "1"})
    assert run.process.returncode == 0
    assert "FASTEST_WARM=1 is ignored in CI" in run.stderr
    assert not (runtime / "fastest").exists()
    warm(folder, "-v", env={"FASTEST_WARM": "1"})
    first = the_agent(runtime)
    warm(folder, "--warm", env={"CI": "true"})
    assert agents(runtime) == {first}


def test_a_folder_that_is_not_the_users_alone_is_refused(project, warm, runtime):
    folder = project(TESTS)
    place = runtime / "fastest"
    place.mkdir()
    place.chmod(0o755)
    run = warm(folder)
    assert run.process.returncode == 4
    assert run.stderr == f"ERROR: --warm: others may enter the folder {place} (mode 755): chmod 700 {place}\n"
    assert run.results() == {}
    place.chmod(0o700)
    if os.getuid() == 0:
        os.chown(place, 12345, -1)
        run = warm(folder)
        assert run.process.returncode == 4
        assert f"the folder {place} is another user's (12345)" in run.stderr
        os.chown(place, 0, -1)
    place.rmdir()
    place.write_text("")
    assert f"{place} is not a folder" in warm(folder).stderr
    assert f"{place} is not a folder" in warm(folder, "--warm=stop").stderr


def test_a_word_that_there_is_not(project, warm):
    run = warm(project(TESTS), "--warm=off")
    assert run.process.returncode == 4
    assert run.stderr == "ERROR: --warm=off: there are '--warm' and '--warm=stop'\n"


@pytest.fixture
def waiting(runtime, coordinator):
    """Starts an agent that waits at its own socket."""
    started = []

    def start(*args):
        (runtime / "fastest").mkdir(mode=0o700, exist_ok=True)
        program = coordinator.parent.parent / "agent" / "fastest-agent"
        command = [program, "--warm-socket", runtime / "fastest" / "a.sock", "--python", sys.executable, *args]
        one = Fastest([str(word) for word in command], runtime, dict(os.environ), None)
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill_all()


def test_an_agent_without_a_run_ends_by_itself(waiting, runtime):
    one = waiting("--idle-exit", "0.3")
    assert one.wait() == 0, one.text
    assert one.nothing_left()
    assert list((runtime / "fastest").iterdir()) == []


def test_a_second_agent_at_a_place_ends_at_once(waiting, runtime):
    first = waiting()
    pid = the_agent(runtime)
    second = waiting()
    assert second.wait() == 0
    assert second.stderr == ""
    assert agents(runtime) == {pid} == {first.process.pid}


def test_an_agent_whose_socket_has_gone_ends_by_itself(waiting, runtime):
    one = waiting()
    the_agent(runtime)
    (runtime / "fastest" / "a.sock").unlink()
    assert one.wait() == 0, one.text
    assert one.nothing_left()


def test_an_agent_that_nobody_will_find_again_finishes_its_run_and_ends(project, warm, runtime, tmp_path):
    folder = project({**TESTS, "test_waits.py": WAITS})
    warm(folder, "--warm", "test_all.py", slots=1)
    agent = the_agent(runtime)
    run = warm(folder, slots=1, wait=False)
    wait_until(lambda: list(tmp_path.glob("started-*")), "a test that runs")
    for socket in (path for path in runtime.rglob("*") if path.is_socket()):
        socket.unlink()
    (tmp_path / "go").touch()
    assert run.wait() == 0, run.text
    assert len(run.outcomes()) == 4
    wait_until(lambda: not alive(agent), "the agent's end")


@pytest.mark.parametrize("preload", ["auto", "lib", "none"])
def test_what_the_tests_import_is_loaded_between_two_runs(project, warm, runtime, venv, tmp_path, preload):
    site = next(venv.glob("lib/python*/site-packages"))
    (site / "lib.py").write_text("import os\nPROCESS = os.getpid()\n")
    tests = """
import os, pathlib
import lib

def test_lib():
    pathlib.Path(os.environ["HERE"], "seen").write_text(f"{lib.PROCESS} {os.getpid()}")
"""
    folder = project({"pytest.ini": "[pytest]\n", "test_all.py": tests})

    def processes():
        run = warm(folder, "--warm", f"--preload={preload}", python=str(venv / "bin" / "python"))
        assert run.outcomes() == {"test_all.py::test_lib": "passed"}, run.text
        return (tmp_path / "seen").read_text().split()

    # The first run leaves an agent. The second tells the agent which modules its tests import.
    for _ in range(2):
        loaded_by, ran_in = processes()
        assert loaded_by == ran_in
        python = zygote_of(the_agent(runtime))
    loaded_by, ran_in = processes()
    assert (loaded_by == str(python)) == (preload != "none")
    assert (loaded_by == ran_in) == (preload == "none")
