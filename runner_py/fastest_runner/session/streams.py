"""A stdout by which the text of pytest's terminal reporter reaches the user's terminal."""

from __future__ import annotations

import base64
import io
from typing import Any

from ..wire.frames import Channel


class _TerminalBytes(io.RawIOBase):
    """Sends written bytes as Output of the stream TERMINAL."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, data: Any) -> int:
        # Copied, since the buffer's memory is used again.
        content = bytes(data)
        text = base64.b64encode(content).decode("ascii")
        self._channel.send({"output": {"stream": "TERMINAL", "data": text}})
        return len(content)


def terminal_stdout(channel: Channel) -> io.TextIOWrapper:
    """Returns a stdout that sends pytest's text to the user, in order with what tests print with -s.

    It does not flush at each line: the reporter flushes where a person waits, and a frame for each line of a listing of
    all tests would be too much.
    """
    return io.TextIOWrapper(io.BufferedWriter(_TerminalBytes(channel)), encoding="utf-8", errors="backslashreplace")
