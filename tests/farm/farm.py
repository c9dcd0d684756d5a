"""A farm under test: coordinators, and agents. Each agent has its own machine and a checkout at its own path."""

import json
import os
import shutil
import sys
from pathlib import Path

import machines
import parity

COORDINATOR = parity.coordinator_path()
AGENT = Path(os.environ.get("FASTEST_AGENT") or COORDINATOR.parents[1] / "agent/fastest-agent")
PORT = 7070

# How long a coordinator waits for a silent agent. Short for quick tests, but long enough for a busy machine.
LEASE_S = 3


class Agent:
    """One agent on a machine: the program, and the checkout that the program works in."""

    def __init__(self, machine, checkout, args):
        self.machine = machine
        self.checkout = checkout
        self._args = args
        self.start()

    def start(self):
        # Texts of failures are written for this width, as on the desk.
        self.program = self.machine.start([AGENT, *self._args], env={"COLUMNS": "100"})

    @property
    def name(self):
        return self.machine.name

    @property
    def address(self):
        return f"{self.name}:{PORT}"

    def runs_test(self, board):
        """Whether a test of the project on `board` has begun on this machine."""
        return any(entry.host == self.name for entry in board.entries())

    def is_alone(self, board):
        """Whether no test process of the project on `board` is left on this machine."""
        return not any(
            entry.host == self.name
            and self.machine.run(["test", "-d", f"/proc/{entry.pid}"], check=False).returncode == 0
            for entry in board.entries()
        )


class Run:
    """A coordinator on the desk. The host sees the report too."""

    def __init__(self, machine, command, report, cwd, env):
        self.report = report
        self.program = machine.start(command, cwd, env)
        self._machine = machine

    def events(self, kind):
        if not self.report.exists():
            return []
        # The last line may not be complete yet.
        lines = self.report.read_text("utf-8").rpartition("\n")[0].splitlines()
        return [event for event in map(json.loads, lines) if event["type"] == kind]

    def wait(self):
        return self.program.wait(machines.LIMIT_S * 3)

    @property
    def text(self):
        return self.program.text

    def verdict(self, *folders):
        """The run in the form that tests/parity compares. Fails if a test was reported more than once."""
        exit_code = self.wait()
        results = [(event["nodeid"], event.get("index", 0)) for event in self.events("result")]
        assert len(results) == len(set(results)), "a test has more than one result"
        return parity.read_run(exit_code, self.text, "", self.report, folders)


class Farm:
    """Agents on the machines of a network, and coordinators on the machine "desk". Each works in its own copy."""

    def __init__(self, network, folder, python=sys.executable):
        self.network = network
        self.desk = network["desk"]
        self.python = python
        self._folder = folder
        self._runs = 0
        self.agents = {}

    def checkout(self, project, machine):
        """Makes the machine's own copy, at a path that no other machine uses."""
        path = machine.disk / machine.name / f"{project.name}-of-{machine.name}"
        machine.copy(project, path)
        return path

    def agent(self, name, project, *args, way=("--listen", f"0.0.0.0:{PORT}"), security=("--insecure",), slots=1):
        """Starts an agent. An agent that listens is up when this returns."""
        machine = self.network[name]
        checkout = self.checkout(project, machine)
        words = [*way, "--name", name, "--slots", slots, "--python", self.python, "--workdir", checkout]
        agent = Agent(machine, checkout, [*words, *security, *args])
        if "--listen" in way:
            agent.program.wait_for_text("listening on")
        self.agents[name] = agent
        return agent

    def run(self, project, *args, agents=(), listen=False, security=("--insecure",), env=None):
        """Starts a coordinator in the desk's copy of the project. It dials the machines named in `agents`."""
        self._runs += 1
        folder = self._folder / f"run{self._runs}"
        folder.mkdir()
        checkout = self.desk.disk / f"desk{self._runs}" / project.name
        self.desk.copy(project, checkout)
        report = folder / "report.jsonl"
        command = [COORDINATOR, "--report-json", report, "--python", self.python, "--lease", LEASE_S, *security]
        if agents:
            command += ["--agents", ",".join(name if ":" in name else f"{name}:{PORT}" for name in agents)]
        if listen:
            command += ["--listen", f"0.0.0.0:{PORT}"]
        # The verdicts must not differ because of these variables.
        clean = {name: None for name in os.environ if name not in parity.clean_environment()}
        environment = {**clean, "COLUMNS": "100", "TERM": "dumb", **(env or {})}
        run = Run(self.desk, [*command, *args], report, checkout, environment)
        run.checkout = checkout
        return run

    def differences(self, expected, run):
        """Where a run's verdict differs from pytest's. If it does, the run's output comes last."""
        folders = [run.checkout, *(agent.checkout for agent in self.agents.values())]
        found = parity.differences(expected, run.verdict(*folders))
        return [*found, run.text] if found else []


class Entry:
    """A test that has begun: its name, its machine, and its pid on that machine."""

    def __init__(self, path):
        self.test, self.host, self.pid = path.name.split(",")


class Board:
    """A folder that all machines see. Tests of a held project say there that they have begun, and wait for the gate.
    For one run, or several of the same project."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()

    def entries(self):
        return [Entry(path) for path in self.folder.iterdir() if path.name.count(",") == 2]

    def open_gate(self):
        (self.folder / "gate").touch()

    def close_gate(self):
        (self.folder / "gate").unlink()


_CONFTEST = """
import os
import pathlib
import socket
import time

import pytest

BOARD = pathlib.Path({board!r})

@pytest.fixture(scope="session")
def service():
    return "up"

@pytest.fixture
def held(request):
    # A test that says who it is, and waits for the gate; nobody waits for ever.
    (BOARD / f"{{request.node.name}},{{socket.gethostname()}},{{os.getpid()}}").touch()
    end = time.monotonic() + {limit}
    while not (BOARD / "gate").exists():
        assert time.monotonic() < end, "the gate stayed closed"
        time.sleep(0.01)
"""

_MODULE = """
import pytest

def test_held_{n}(held):
    pass

@pytest.mark.parametrize("number", range(12))
def test_number(number, service):
    assert service == "up"

class TestOutcomes:
    def test_fails(self):
        assert {n} == -1

    @pytest.mark.skip(reason="never")
    def test_skipped(self):
        raise AssertionError

    @pytest.mark.xfail(reason="known")
    def test_xfails(self):
        raise AssertionError

    def test_needs_what_is_not_there(self, no_such_fixture):
        pass

def test_held_again_{n}(held):
    pass
"""


def held_project(folder, board, modules=6):
    """A project with every kind of outcome. Two tests of each module wait until the gate of `board` opens."""
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "conftest.py").write_text(_CONFTEST.format(board=str(board.folder), limit=machines.LIMIT_S * 2), "utf-8")
    for n in range(modules):
        (folder / f"test_module_{n}.py").write_text(_MODULE.format(n=n), "utf-8")
    return folder


def expected_of(project, board=None, args=(), python=sys.executable):
    """pytest's verdict on a copy of the project, with the gate open."""
    copy = parity.copy_project(project, project.parent / f"{project.name}-for-pytest")
    if board:
        board.open_gate()
    expected = parity.run_pytest(copy, args, python)
    if board:
        board.close_gate()
        for path in board.folder.iterdir():
            path.unlink()
    shutil.rmtree(copy)
    return expected
