"""What a test sees of its process: as under pytest, every difference is named here and in docs/worker_protocol.md."""

import json
import os
import subprocess
import sys

import parity
import pytest
from coordinator_process import signals_as_in_a_terminal

MODULE = """
import gc, json, os, resource, signal, sys, threading
from pathlib import Path

def seen():
    umask = os.umask(0o22)
    os.umask(umask)
    signals = [number for number in range(1, 32) if number not in (signal.SIGKILL, signal.SIGSTOP)]
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
    return {
        "environment": dict(os.environ),
        "signals": {number: str(signal.getsignal(number)) for number in signals},
        "mask": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
        "umask": umask,
        "limits": limits,
        "directory": os.getcwd(),
        "nice": os.nice(0),
        "oom": Path("/proc/self/oom_score_adj").read_text(),
        "cores": sorted(os.sched_getaffinity(0)),
        "path": sys.path,
        "flags": str(sys.flags),
        "warnoptions": sys.warnoptions,
        "argv": sys.argv,
        "orig_argv": sys.orig_argv,
        "main": getattr(sys.modules["__main__"], "__file__", None),
        "modules": sorted(sys.modules),
        "threads": [thread.name for thread in threading.enumerate()],
        "recursion": sys.getrecursionlimit(),
        "switch": sys.getswitchinterval(),
        "gc": gc.get_threshold(),
        "import hooks": [type(hook).__name__ for hook in sys.meta_path],
        "descriptors": sorted(int(fd) for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")),
        "leads a session": os.getsid(0) == os.getpid(),
    }

def test_a(): Path(os.environ["SEEN"]).write_text(json.dumps(seen()))
"""
# Variables that differ, and why: the run's name is another; `_` is the program that a shell has started; FASTEST_SLOT
# is documented. The last one is this test's.
VARIABLES = {"PYTEST_XDIST_TESTRUNUID", "_", "FASTEST_SLOT", "E2E_MARK", "XDG_CACHE_HOME", "SEEN"}
# pytest-xdist's workers have the width of a terminal that is not there. They are started by a line on standard input,
# so their arguments and `__main__` are no program's.
ONLY_OF_XDIST = {"COLUMNS", "LINES"}
OF_EXECNET = {"argv", "orig_argv", "main", "path"}
# Compared below, or different on purpose: a worker leads a session of its own, and Ctrl-C in a terminal does not reach
# it.
APART = {"environment", "modules", "descriptors", "leads a session"}


@pytest.mark.parametrize("slots", [1, 2])
def test_a_test_sees_the_process_that_it_sees_under_pytest(project, execute, tmp_path, slots):
    folder = project({"test_a.py": MODULE})
    script = os.path.join(os.path.dirname(sys.executable), "pytest")
    command = [sys.executable, script] if slots == 1 else [sys.executable, "-m", "pytest", "-n1"]
    environment = {**parity.clean_environment(), "SEEN": str(tmp_path / "theirs")}
    streams = {"capture_output": True, "stdin": subprocess.DEVNULL, "preexec_fn": signals_as_in_a_terminal}
    subprocess.run(command, cwd=folder, env=environment, check=True, **streams)
    run = execute(folder, slots=slots, env={"SEEN": str(tmp_path / "ours")})
    assert run.process.returncode == 0, run.text
    theirs, ours = (json.loads((tmp_path / name).read_text()) for name in ("theirs", "ours"))

    left_out = APART | (OF_EXECNET if slots > 1 else set())
    assert {name: value for name, value in ours.items() if name not in left_out} == {
        name: value for name, value in theirs.items() if name not in left_out
    }
    names = set(ours["environment"]) ^ set(theirs["environment"])
    assert names <= VARIABLES | (ONLY_OF_XDIST if slots > 1 else set())
    for name in set(ours["environment"]) & set(theirs["environment"]) - VARIABLES - {
        "PYTEST_XDIST_WORKER",
        "PYTEST_XDIST_WORKER_COUNT",
    }:
        assert ours["environment"][name] == theirs["environment"][name]
    # The runner's own modules, under a name that no project has.
    foreign = {
        name for name in set(ours["modules"]) - set(theirs["modules"]) if name.split(".")[0] != "_fastest_runner"
    }
    # The memory in which a process says which file it imports is shared by mmap.
    assert foreign <= {"email.feedparser", "mmap"}
    # The runner's descriptors lie above those that a test opens.
    assert {fd for fd in set(ours["descriptors"]) - set(theirs["descriptors"]) if fd < 100} == set()
    assert ours["leads a session"]
