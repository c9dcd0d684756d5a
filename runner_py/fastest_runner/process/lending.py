"""Hands a control session's channel to the process that called for the run: pytest with --fastest.

That process is the control session itself (docs/adr/0055-pytest-is-the-control-session.md). The process that was forked
for the session only stands for it, and ends with it.
"""

from __future__ import annotations

import array
import socket
from typing import Any

from ..wire.frames import encode

# The caller listens before it starts the coordinator, so this is for a caller that is stopped.
_CONNECT_LIMIT_S = 60


def lend(channel_fd: int, name: str, start: dict[str, Any]) -> bool:
    """Gives the channel and the `start` command to the caller, and waits for the caller's end. False: it is gone."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(_CONNECT_LIMIT_S)
        try:
            caller.connect(f"\0{name}")
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [channel_fd]))]
            caller.sendmsg([b"\n"], ancillary)
            caller.sendall(encode({"start": start}))
            caller.settimeout(None)
            # The caller says nothing more. Its end closes the socket.
            caller.recv(1)
        except OSError:
            return False
    return True
