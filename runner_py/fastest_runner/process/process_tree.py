"""Processes below this one: who they are, and their end."""

from __future__ import annotations

import contextlib
import os
import signal


def kill(pid: int) -> bool:
    """False if there is nobody of that number, or it has become another user's: a test may have called sudo."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill_group(pid: int) -> None:
    """Ends the child `pid` and its process group; the group may not exist yet when it was only just forked."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    kill(pid)


def child_pids() -> list[int]:
    """Every process whose parent we are, also those handed down to us as their subreaper."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as children:
            return [int(pid) for pid in children.read().split()]
    except OSError:
        return []
