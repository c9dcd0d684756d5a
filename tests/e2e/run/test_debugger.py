"""breakpoint() in a test: a prompt at the user's terminal with a single session, otherwise a word about --pdb."""

import os
import pty
import select
import subprocess
import sys
import time

import parity
import pytest

FILES = {
    "test_a.py": "def test_stops():\n    x = 41\n    breakpoint()\n    assert x == 42\n",
    "test_b.py": "def test_goes_on():\n    pass\n",
}
ADVICE = "breakpoint() has no keyboard here; with --pdb pytest itself takes over the terminal"


class Terminal:
    """A pseudo terminal, as a person has it: what is shown, and what is typed."""

    def __init__(self):
        self.own, self.programs = pty.openpty()
        self.shown = ""

    def wait_for(self, text, count=1):
        deadline = time.monotonic() + 30
        while self.shown.count(text) < count:
            assert time.monotonic() < deadline, self.shown
            if select.select([self.own], [], [], 0.1)[0]:
                self.shown += os.read(self.own, 4096).decode()

    def type(self, line):
        os.write(self.own, line.encode() + b"\n")


@pytest.fixture
def terminal():
    one = Terminal()
    yield one
    os.close(one.own)
    os.close(one.programs)


def test_a_single_session_has_a_prompt_at_the_terminal(project, start, terminal):
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.programs)
    run = start(project(FILES), "--color=no", slots=1, env={"TERM": "xterm"}, **streams)
    terminal.wait_for("(Pdb) ")
    terminal.type("x + 1")
    terminal.wait_for("(Pdb) ", 2)
    assert "42" in terminal.shown.rpartition("x + 1")[2]
    terminal.type("x = 42")
    terminal.wait_for("(Pdb) ", 3)
    terminal.type("continue")
    terminal.wait_for("2 passed")
    assert run.process.wait(60) == 0
    assert run.outcomes() == {"test_a.py::test_stops": "passed", "test_b.py::test_goes_on": "passed"}
    assert ADVICE not in terminal.shown


def test_a_person_may_quit(project, start, terminal):
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.programs)
    run = start(project(FILES), "--color=no", slots=1, env={"TERM": "xterm"}, **streams)
    terminal.wait_for("(Pdb) ")
    terminal.type("quit")
    terminal.wait_for("Exit: Quitting debugger !")
    assert run.process.wait(60) == 2


@pytest.mark.parametrize("slots", [1, 2])
def test_without_a_terminal_the_test_fails_as_with_pytest_and_the_user_learns_of_pdb(project, execute, slots):
    run = execute(project(FILES), slots=slots)
    assert run.process.returncode == 1
    assert run.outcomes() == {"test_a.py::test_stops": "failed", "test_b.py::test_goes_on": "passed"}
    assert "bdb.BdbQuit" in run.text
    assert run.text.count(ADVICE) == 1


def test_with_several_workers_a_terminal_gets_the_advice(project, start, terminal):
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.programs)
    run = start(project(FILES), "--color=no", slots=2, env={"TERM": "xterm"}, **streams)
    terminal.wait_for("1 failed, 1 passed")
    assert run.process.wait(60) == 1
    assert ADVICE in terminal.shown


FAILING = "def test_0(): pass\ndef test_1(): assert 0\ndef test_2(): pass\n"
NOTING = """
def pytest_enter_pdb(pdb): open("entered", "a").write("x")
def pytest_leave_pdb(pdb): open("left", "a").write("x")
"""


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("files", [{"test_a.py": FAILING}, {"test_a.py": FAILING, "conftest.py": NOTING}])
def test_pdb_without_a_keyboard_ends_at_the_first_failure_as_with_pytest(project, execute, slots, files):
    theirs = project(files, "theirs")
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:hypothesispytest", "--pdb"]
    expected = subprocess.run(
        command, cwd=theirs, env=parity.clean_environment({}), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    folder = project(files, "ours")
    run = execute(folder, "--pdb", slots=slots)
    assert run.process.returncode == expected.returncode == 2, run.text
    assert run.outcomes() == {"test_a.py::test_0": "passed", "test_a.py::test_1": "failed"}
    for text in (run.stdout, expected.stdout):
        assert text.count("entering PDB") == text.count("(Pdb)") == text.count("Exit: Quitting debugger") == 1
        assert "1 failed, 1 passed" in text
    for name in ("entered", "left"):
        assert (folder / name).exists() == (theirs / name).exists()


def test_pdb_without_a_keyboard_ends_after_an_internal_error(project, execute):
    conftest = "def pytest_runtest_protocol(item): raise RuntimeError('internal')\n" + NOTING
    folder = project({"conftest.py": conftest, "test_a.py": FAILING})
    run = execute(folder, "--pdb", slots=1)
    assert run.process.returncode == 3, run.text
    assert "RuntimeError: internal" in run.text
    assert (folder / "entered").read_text() == "x"


def test_what_a_pipe_says_goes_to_the_debugger(project, start):
    folder = project({"test_a.py": FAILING})
    run = start(folder, "--pdb", "--junitxml=junit.xml", slots=1, stdin=subprocess.PIPE)
    stdout, _ = run.process.communicate(b"p 6 * 7\nq\n", timeout=60)
    assert b"42" in stdout
    # The debugger's session is pytest itself, which writes this report.
    assert (folder / "junit.xml").exists()


def test_a_test_that_ends_the_session_counts_if_it_has_failed(project, execute):
    module = "import pytest\n@pytest.fixture\ndef exits():\n    yield\n    pytest.exit('enough')\n"
    run = execute(project({"test_a.py": f"{module}def test_1(exits): assert 0\ndef test_2(): pass\n"}), slots=1)
    assert run.process.returncode == 2
    assert run.outcomes() == {"test_a.py::test_1": "failed"}
    assert "1 failed" in run.stdout
