"""The display of a run while it goes on: in a real terminal (tmux), in a dumb one, and in a pipe."""

import functools
import re
import shlex
import subprocess
import sys
import uuid

import parity
import pytest
from coordinator_process import wait_until

WAITS = """
import os, pathlib, time
import pytest

def test_fine(): pass

def test_bad(): assert 1 == 2

@pytest.mark.parametrize("n", range(2))
def test_waits_with_a_name_that_is_long_enough_to_be_cut_at_the_edge_of_a_narrow_terminal(n):
    while not pathlib.Path(os.environ["HERE"], "go").exists(): time.sleep(0.01)
"""


class Terminal:
    """A tmux server with one window."""

    def __init__(self, folder, columns, lines):
        self._socket = f"fastest-{uuid.uuid4().hex}"
        self._folder = folder
        self._tmux("new-session", "-d", "-s", "main", "-x", columns, "-y", lines, "-c", folder, "sh")
        self._tmux("set-option", "-g", "status", "off")

    def _tmux(self, *args):
        command = ["tmux", "-L", self._socket, "-f", "/dev/null", *map(str, args)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def type(self, line):
        self._tmux("send-keys", "-t", "main", "-l", line)
        self._tmux("send-keys", "-t", "main", "Enter")

    def resize(self, columns, lines):
        self._tmux("resize-window", "-t", "main", "-x", columns, "-y", lines)

    def screen(self, *more):
        return self._tmux("capture-pane", "-p", "-t", "main", *more).splitlines()

    def history(self):
        return self.screen("-S", "-", "-E", "-")

    def close(self):
        self._tmux("kill-server")


@pytest.fixture
def terminal(coordinator, project, tmp_path):
    """Starts the suite above in a terminal."""
    terminals = []

    def start(columns, lines, *args, env=None):
        folder = project({"test_it.py": WAITS})
        environment = {**parity.clean_environment(), "HERE": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        environment = {name: value for name, value in environment.items() if name not in ("COLUMNS", "CI", "TERM")}
        environment.update(env or {})
        words = [str(coordinator), "-n", "2", "--python", sys.executable, *args]
        one = Terminal(folder, columns, lines)
        terminals.append(one)
        assignments = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        term = "" if "TERM" in environment else "TERM=$TERM "
        one.type(f"clear; env -i {term}{assignments} {shlex.join(words)}; echo ended with $?")
        return one

    yield start
    for one in terminals:
        one.close()


def live(screen):
    """The lines of the live area: the bar, and what follows it."""
    for number, line in enumerate(screen):
        if re.match(r"\[[#.]{20}\] ", line):
            return [text for text in screen[number:] if text]
    return []


def test_a_live_area_that_survives_a_resize(terminal, tmp_path):
    one = terminal(80, 24)
    area = wait_until(
        lambda: (rows := live(one.screen())) and "2/4 tests, 1 failed, 1 passed" in rows[0] and len(rows) == 2 and rows,
        "the live area",
    )
    assert re.match(r"\[##########\.{10}\] 0:\d\d  2/4 tests, 1 failed, 1 passed", area[0])
    assert re.match(r"\S+: \d+s in test_it\.py::test_waits_with", area[1])
    assert len(area[1]) < 80
    # The failure was shown when it happened.
    assert any(line.startswith("FAILED test_it.py::test_bad - assert 1 == 2") for line in one.screen())

    def drawn(columns):
        """Whether the live area is on the screen exactly once, complete, and not wider than the screen."""
        screen = one.screen()
        rows = live(screen)
        bars = [line for line in screen if re.match(r"\[[#.]{20}\] ", line)]
        fits = len(rows) == 2 and len(bars) == 1 and all(len(row) < columns for row in rows)
        return fits and (len(rows[1]) == columns - 1 or columns > 110)

    for columns in (50, 120):
        one.resize(columns, 24)
        wait_until(functools.partial(drawn, columns), f"the live area at {columns} columns")
    (tmp_path / "go").touch()
    wait_until(lambda: any(line.startswith("ended with 1") for line in one.screen()), "the end")
    # The live area is gone.
    text = one.history()
    assert [line for line in text if re.match(r"\[[#.]{20}\] ", line) or re.match(r"\S+: \d+s in ", line)] == []
    assert any("1 failed, 3 passed" in line for line in text)


def test_colours_are_left_out_where_nobody_wants_them(terminal, tmp_path):
    (tmp_path / "go").touch()
    colored = terminal(80, 24)
    wait_until(lambda: any(line.startswith("ended with 1") for line in colored.screen()), "the end")
    assert any("\x1b[31m" in line or "\x1b[1m\x1b[31m" in line for line in colored.screen("-e", "-S", "-", "-E", "-"))
    plain = terminal(80, 24, env={"NO_COLOR": "1"})
    wait_until(lambda: any(line.startswith("ended with 1") for line in plain.screen()), "the end")
    assert not any("\x1b[3" in line for line in plain.screen("-e", "-S", "-", "-E", "-"))


@pytest.mark.parametrize(
    "more", [{"env": {"TERM": "dumb"}}, {"args": ["--progress", "plain"]}, {"args": ["--progress", "none"]}]
)
def test_a_terminal_that_is_to_have_no_live_area(terminal, tmp_path, more):
    one = terminal(80, 24, *more.get("args", []), env=more.get("env"))
    wait_until(lambda: any("test_it.py" in line or "collected 4" in line for line in one.screen()), "its start")
    assert live(one.screen()) == []
    (tmp_path / "go").touch()
    wait_until(lambda: any(line.startswith("ended with 1") for line in one.screen()), "the end")
    assert live(one.history()) == []


@pytest.mark.parametrize("env", [{}, {"CI": "true"}])
def test_a_pipe_gets_whole_lines_and_nothing_else(execute, project, tmp_path, env):
    (tmp_path / "go").touch()
    run = execute(project({"test_it.py": WAITS}), env={"HERE": str(tmp_path), **env})
    assert run.process.returncode == 1
    assert "\x1b" not in run.text and "\r" not in run.text
    assert run.stdout.endswith("\n")
    assert live(run.stdout.splitlines()) == []


def test_an_unknown_way_to_show_progress_is_one_error(execute, project):
    run = execute(project({"test_it.py": WAITS}), "--progress", "loud")
    assert run.process.returncode == 4
    assert run.stderr == "ERROR: --progress loud: there are 'live', 'plain' and 'none'\n"
