"""Runs genuine pytest many times from one process that has pytest loaded: each run is a fork of it.

    python pytest_server.py

Each line of standard input is a run, as JSON: {"cwd", "env", "args", "record", "stdout", "stderr", "limit"}. The answer
is a line with the exit code, or with null if the run took longer than `limit` seconds and was killed. A run is what
`tests/parity/recorder.py` does, in a process of its own. Modules of plugins are not loaded beforehand, because pytest
rewrites their assertions and would warn.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parity"))

import recorder  # noqa: E402


def load():
    """Loads pytest and its own plugins, as a session without plugins of others would."""
    import _pytest.config
    import pytest  # noqa: F401

    for name in _pytest.config.default_plugins:
        importlib.import_module(f"_pytest.{name}")


def become(run):
    """Turns this process into a fresh one that is to run pytest."""
    os.setsid()
    os.chdir(run["cwd"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(run[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, number)
        os.close(file)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.environ.clear()
    os.environ.update(run["env"])
    sys.argv = ["recorder.py", run["record"], *run["args"]]
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait(pid, limit):
    """Waits for the end of the run's process, kills what is left of its group, and returns the exit code or None."""
    end, pause = time.monotonic() + limit, 0.002
    status = None
    while status is None and time.monotonic() < end:
        found, code = os.waitpid(pid, os.WNOHANG)
        if found:
            status = os.waitstatus_to_exitcode(code)
        else:
            time.sleep(pause)
            pause = min(pause * 1.3, 0.02)
    # The group of a run that is over is mostly empty.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    if status is None:
        os.waitpid(pid, 0)
    return status


def serve():
    """Serves runs until the end of the input. Returns the run in the process that is to run it, and None at the end."""
    while True:
        line = sys.stdin.readline()
        if not line:
            return None
        run = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(run)
            return run
        print(json.dumps(wait(pid, run["limit"])), flush=True)


if __name__ == "__main__":
    load()
    sys.exit(recorder.main() if serve() else 0)
