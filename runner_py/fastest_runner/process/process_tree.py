"""The processes below this one: their numbers, and how they are killed."""

from __future__ import annotations

import contextlib
import os
import signal


def kill(pid: int) -> bool:
    """Returns False if there is no such process, or if it has another user: a test may have called sudo."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill_group(pid: int) -> None:
    """Kills the child `pid` and its process group. Right after the fork the group may not exist yet."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    kill(pid)


def child_pids() -> list[int]:
    """Returns all child processes, including those that came to us because we are their subreaper."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as children:
            return [int(pid) for pid in children.read().split()]
    except OSError:
        return []
