"""What a run needs and the machine has not: each is said in one line, and nothing waits for it."""

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PLAIN = {"test_a.py": "def test_1():\n    pass\n"}
PIDS = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))


@contextmanager
def few_processes(most):
    """A cgroup whose processes and threads are at most `most`. Gives the file that a process joins it by."""
    for root in PIDS:
        folder = root / f"fastest-test-{os.getpid()}-{most}"
        try:
            folder.mkdir()
            (folder / "pids.max").write_text(str(most))
        except OSError:
            with suppress(FileNotFoundError):
                folder.rmdir()
            continue
        try:
            yield folder / "cgroup.procs"
        finally:
            folder.rmdir()
        return
    pytest.skip("no cgroup for processes can be made here: that takes root, and the controller pids")


# Too few for the coordinator, for the agent, for pytest; and enough.
@pytest.mark.parametrize(("most", "exit_code"), [(2, 10), (8, 10), (20, 10), (100, 0)])
def test_too_few_processes_are_said_at_once(coordinator, project, most, exit_code):
    folder = project(PLAIN)
    command = [coordinator, "--python", sys.executable, "-n", "2", "-p", "no:hypothesispytest"]
    with few_processes(most) as group:
        done = subprocess.run(
            ["sh", "-c", f'echo $$ > {group}; exec "$@"', "sh", *map(str, command)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == exit_code, done.stdout + done.stderr
    if exit_code:
        assert "raise `ulimit -u`, or pids.max of the cgroup" in done.stderr
