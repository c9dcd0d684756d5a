"""A stdout by which the text of pytest's terminal reporter reaches the user's terminal."""

from __future__ import annotations

import base64
import io
from typing import Any

from ..wire.frames import Channel


class _TerminalBytes(io.RawIOBase):
    """Sends what is written as Output of the stream TERMINAL."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, data: Any) -> int:
        # Copied: the buffer's memory is used again.
        content = bytes(data)
        text = base64.b64encode(content).decode("ascii")
        self._channel.send({"output": {"stream": "TERMINAL", "data": text}})
        return len(content)


def terminal_stdout(channel: Channel) -> io.TextIOWrapper:
    """A stdout by whose writes pytest's text reaches the user, in order with what is printed with -s.

    Not by lines: the reporter flushes where a person waits, and a listing of all tests is not worth a frame a line.
    """
    return io.TextIOWrapper(io.BufferedWriter(_TerminalBytes(channel)), encoding="utf-8", errors="backslashreplace")
