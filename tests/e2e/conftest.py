"""Starts coordinators on small projects and sees to it that nothing of them stays."""

import sys

import parity
import pytest
from coordinator_process import Fastest


@pytest.fixture
def project(tmp_path):
    """Makes a project of files given as a mapping of names to texts."""

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
    """Starts a coordinator in a folder. What it leaves behind is killed at the end."""
    runs = []

    def start(cwd, *args, slots=2, env=None, python=sys.executable, **streams):
        report = tmp_path / f"report{len(runs)}.jsonl"
        environment = {**parity.clean_environment(), "XDG_CACHE_HOME": str(tmp_path / "cache"), **(env or {})}
        # None takes a variable away.
        environment = {name: value for name, value in environment.items() if value is not None}
        command = [coordinator, "-n", str(slots), "--report-json", report]
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
