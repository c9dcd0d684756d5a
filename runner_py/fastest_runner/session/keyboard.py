"""The keyboard for `breakpoint()` in a test.

A worker's standard input is empty, so a debugger would end at its first prompt, and the test would fail. A run with a
single session lends the debugger the terminal at which the user has started the run. With several workers the test
fails, as it does with pytest-xdist, and a line says what to do.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any

# How long the coordinator gets to show what was written before the prompt. It shows that on its own way.
_SETTLE_S = 0.2

_ADVICE = "fastest: breakpoint() has no keyboard here; with --pdb pytest itself takes over the terminal\n"


def lend(debugger: Any, single_session: bool) -> None:
    """Has `debugger` talk to the user's terminal, if there is one. Otherwise says what to do."""
    path = _terminal() if single_session else None
    if path is not None:
        with contextlib.suppress(OSError):
            # Both are closed with the debugger.
            source = os.fdopen(_open(path, os.O_RDONLY), encoding="utf-8", errors="replace")
            target = os.fdopen(_open(path, os.O_WRONLY), "w", 1, encoding="utf-8", errors="replace")
            # Python's own input() would use this process's standard streams.
            debugger.use_rawinput = False
            debugger.stdin, debugger.stdout = source, target
            time.sleep(_SETTLE_S)
            return
    sys.stderr.write(_ADVICE)
    sys.stderr.flush()


def _open(path: str, flags: int) -> int:
    # The terminal stays the coordinator's: Ctrl-C interrupts the run.
    return os.open(path, flags | os.O_NOCTTY | os.O_CLOEXEC)


def _terminal() -> str | None:
    """Returns the path of the terminal of the coordinator that has started this worker's agent; None if there is none.

    The worker's parent is the zygote, and the zygote's is the agent. Only an embedded agent belongs to a coordinator.
    """
    try:
        agent = _parent(os.getppid())
        with open(f"/proc/{agent}/cmdline", "rb") as words:
            if b"--embedded" not in words.read().split(b"\0"):
                return None
        coordinator = _parent(agent)
        paths = [os.readlink(f"/proc/{coordinator}/fd/{number}") for number in (0, 1)]
        if paths[0] != paths[1] or not paths[0].startswith("/dev/"):
            return None
        fd = _open(paths[0], os.O_RDWR)
        try:
            return paths[0] if os.isatty(fd) else None
        finally:
            os.close(fd)
    except (OSError, ValueError):
        return None


def _parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat", "rb") as stat:
        # The second field, the program's name, may have blanks and brackets in it.
        return int(stat.read().rpartition(b")")[2].split()[1])
