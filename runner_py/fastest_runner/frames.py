"""Frames: 4 bytes big-endian length, then that many bytes of UTF-8 JSON. The same on both channels of the agent."""

from __future__ import annotations

import json
import os
import select
import struct
from typing import Any, Callable, NoReturn

_HEADER = struct.Struct(">I")
MAX_FRAME = 64 * 1024 * 1024
_READ_SIZE = 64 * 1024

# A text that alone makes a frame too large is cut to its first and last part of this many characters.
_KEPT_CHARS = 256 * 1024

_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class FrameError(Exception):
    """What came is no frame of ours: too long, no JSON, or not an object. The text names which."""


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): _map_strings(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_map_strings(item, change) for item in value]
    return value


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _shortened(text: str) -> str:
    if len(text) <= 2 * _KEPT_CHARS:
        return text
    left_out = len(text) - 2 * _KEPT_CHARS
    return f"{text[:_KEPT_CHARS]}\n[… {left_out} characters left out …]\n{text[-_KEPT_CHARS:]}"


def encode(message: dict[str, Any]) -> bytes:
    """One frame. Lone surrogates are escaped with a backslash; texts are cut where the frame would be too long."""
    try:
        payload = _encode_json(message).encode("utf-8")
    except UnicodeEncodeError:
        payload = _encode_json(_map_strings(message, _without_surrogates)).encode("utf-8")
    if len(payload) > MAX_FRAME:
        # Only captured output and failure texts grow that large, and nobody reads them to the end.
        shortened = _map_strings(message, lambda text: _shortened(_without_surrogates(text)))
        payload = _encode_json(shortened).encode("utf-8")
        if len(payload) > MAX_FRAME:
            raise FrameError(f"a message of {len(payload)} bytes is longer than a frame may be ({MAX_FRAME})")
    return _HEADER.pack(len(payload)) + payload


class FrameDecoder:
    """Turns a stream of bytes, in whatever pieces it comes, into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        self._bytes += data

    def next(self) -> dict[str, Any] | None:
        """The next whole message, or None. Raises FrameError; the stream is of no use after that."""
        if len(self._bytes) < _HEADER.size:
            return None
        (length,) = _HEADER.unpack_from(self._bytes)
        if not 1 <= length <= MAX_FRAME:
            raise FrameError(f"frame of {length} bytes; allowed are 1 to {MAX_FRAME}")
        end = _HEADER.size + length
        if len(self._bytes) < end:
            return None
        payload = bytes(self._bytes[_HEADER.size : end])
        del self._bytes[:end]
        try:
            message = json.loads(payload)
        except ValueError as error:
            raise FrameError(f"frame is not JSON: {error}") from None
        if not isinstance(message, dict):
            raise FrameError(f"frame is not a JSON object but {type(message).__name__}")
        return message


class Channel:
    """A worker's messages over one stream socket. Not thread-safe; owned by the session's main thread.

    A child that a test forks inherits the object. Whatever it queues or sends there goes nowhere: only the process
    that made the channel speaks on it.
    """

    def __init__(self, fd: int, on_lost: Callable[[], NoReturn]) -> None:
        """`on_lost` must not return; it is called when the other end is gone or our descriptor was closed under us.

        It is no exception that travels, because pytest and the hooks of plugins would catch it.
        """
        self.fd = fd
        self._on_lost = on_lost
        self._pid = os.getpid()
        self._decoder = FrameDecoder()
        self._out = bytearray()
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)

    def queue(self, message: dict[str, Any]) -> None:
        """Holds `message` back until the next flush or send, so that what belongs together costs one system call."""
        self._out += encode(message)

    def send(self, message: dict[str, Any]) -> None:
        self._out += encode(message)
        self.flush()

    def flush(self) -> None:
        """Blocks until everything queued is written."""
        if not self._out or self.in_foreign_process():
            self._out.clear()
            return
        data, self._out = self._out, bytearray()
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self.fd, view) :]
        except OSError:
            self._on_lost()

    def in_foreign_process(self) -> bool:
        """True in a child that was forked after the channel was made."""
        return os.getpid() != self._pid

    def poll(self) -> dict[str, Any] | None:
        """A message if one is there already. Raises FrameError."""
        message = self._decoder.next()
        if message is None and self._poll.poll(0):
            self._read()
            message = self._decoder.next()
        return message

    def receive(self) -> dict[str, Any]:
        """Waits for a message. Raises FrameError."""
        while True:
            message = self._decoder.next()
            if message is not None:
                return message
            self._read()

    def _read(self) -> None:
        try:
            data = os.read(self.fd, _READ_SIZE)
        except OSError:
            data = b""
        if not data:
            self._on_lost()
        self._decoder.feed(data)
