"""breakpoint() in a test: a prompt at the user's terminal with a single session, otherwise a word about --pdb."""

import os
import pty
import select
import time

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
