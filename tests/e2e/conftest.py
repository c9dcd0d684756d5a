"""Starts coordinators and agents on small projects, and kills what they leave behind."""

import shutil
import sys

import parity
import pytest
from coordinator_process import Fastest, wait_until


class Agent(Fastest):
    """A fastest-agent with its own checkout."""

    address = ""
    workdir = None


@pytest.fixture
def project(tmp_path):
    """Makes a project from a mapping of file names to texts."""

    def make(files, name="project"):
        folder = tmp_path / name
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def start(coordinator, tmp_path):
    """Starts a coordinator in a folder, and kills its leftovers at the end. `events` adds --report-json."""
    runs = []

    def start(cwd, *args, slots=2, env=None, python=sys.executable, events=True, **streams):
        report = tmp_path / f"report{len(runs)}.jsonl"
        environment = {**parity.clean_environment(), "XDG_CACHE_HOME": str(tmp_path / "cache"), **(env or {})}
        # None removes a variable.
        environment = {name: value for name, value in environment.items() if value is not None}
        command = [coordinator, "-n", str(slots), *(["--report-json", report] if events else [])]
        if python:
            command += ["--python", python]
        run = Fastest([str(word) for word in [*command, *args]], cwd, environment, report, **streams)
        runs.append(run)
        return run

    yield start
    for run in runs:
        run.kill_all()


@pytest.fixture
def execute(start):
    """Runs a coordinator to its end."""

    def execute(cwd, *args, **kwargs):
        run = start(cwd, *args, **kwargs)
        run.wait()
        return run

    return execute


@pytest.fixture
def agent(coordinator, tmp_path):
    """Starts an agent on a copy of `files`, which is the coordinator's folder."""
    agents = []

    def start(files, *args, name="", slots=1, listen="127.0.0.1:0", env=None, **streams):
        name = name or f"a{len(agents)}"
        workdir = tmp_path / f"checkout-{name}"
        shutil.copytree(files, workdir)
        command = [coordinator.parent.parent / "agent" / "fastest-agent", "--name", name, "--slots", slots]
        port_file = tmp_path / f"port-{name}"
        if listen:
            command += ["--listen", listen, "--port-file", port_file]
        if "--python" not in args:
            command += ["--python", sys.executable]
        command += ["--workdir", workdir, *args]
        here = {"HERE": str(tmp_path), "PATH": "/usr/bin:/bin", **(env or {})}
        one = Agent([str(word) for word in command], tmp_path, here, None, **streams)
        agents.append(one)
        if listen:
            wait_until(lambda: port_file.exists() or one.process.poll() is not None, "the agent's port file")
            one.workdir = workdir
        one.address = port_file.read_text().strip() if port_file.exists() else ""
        return one

    yield start
    for one in agents:
        one.kill_all()
