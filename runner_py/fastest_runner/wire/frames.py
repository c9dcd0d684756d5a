"""Frames, as both channels of an agent have them: 4 bytes of big-endian length, then as many bytes of JSON in UTF-8."""

from __future__ import annotations

import json
import os
import select
import struct
import time
from json.encoder import encode_basestring as _quote
from typing import Any, Callable, NoReturn

from . import byte_text

_HEADER = struct.Struct(">I")
MAX_FRAME = 64 * 1024 * 1024
_READ_SIZE = 64 * 1024

# In a message with more characters than this, each long text is cut to its first and last _KEPT_CHARS, and if that is
# not enough, to fewer. (A character may take 4 bytes.)
_MAX_CHARS = MAX_FRAME // 8
_KEPT_CHARS = (256 * 1024, 8 * 1024, 256)
# These texts are not for people. Whoever makes them sees to their length.
_UNCUT = frozenset({"serialized", "worker_output"})

_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
# Bound here, as the encoder above: tests replace json's functions, some for good, and the worker must still understand.
_decode_json = json.JSONDecoder().decode
_write, _getpid = os.write, os.getpid


class FrameError(Exception):
    """The bytes are no frame of ours: too long, no JSON, or no JSON object. The text says which."""


def _shortened(value: Any, kept: int) -> Any:
    if isinstance(value, str) and len(value) > 2 * kept:
        left_out = len(value) - 2 * kept
        return f"{value[:kept]}\n[… {left_out} characters left out …]\n{value[-kept:]}"
    if isinstance(value, dict):
        return {key: item if key in _UNCUT else _shortened(item, kept) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shortened(item, kept) for item in value]
    return value


def _uncut(message: dict[str, Any]) -> int:
    return sum(len(value) for key, value in message.items() if key in _UNCUT)


def to_json(message: dict[str, Any]) -> str:
    """Returns one line of JSON. If the line is too long for a frame, long texts, which nobody reads whole, are cut."""
    text = _encode_json(message)
    for kept in _KEPT_CHARS:
        # A text within a text has some characters twice.
        if len(text) - 2 * _uncut(message) <= _MAX_CHARS:
            break
        text = _encode_json(_shortened(message, kept))
    return text


def ref_json(ref: dict[str, Any]) -> str:
    """Returns a TestRef as JSON."""
    if len(ref) == 1:
        return f'{{"node_id":{_quote(ref["node_id"])}}}'
    return _encode_json(ref)


def frame_of(text: str) -> bytes:
    """Returns the frame around a JSON text. Names that are no text are escaped (byte_text.py)."""
    try:
        payload = text.encode()
    except UnicodeEncodeError:
        payload = byte_text.MARK
    if byte_text.MARK in payload:
        payload = _encode_json(byte_text.for_message(_decode_json(text))).encode()
    if len(payload) > MAX_FRAME:
        raise FrameError(f"a message of {len(payload)} bytes is longer than a frame may be ({MAX_FRAME})")
    return _HEADER.pack(len(payload)) + payload


def encode(message: dict[str, Any]) -> bytes:
    """Returns one frame with `message`."""
    return frame_of(to_json(message))


class FrameDecoder:
    """Turns a stream of bytes into messages. The bytes may come in pieces of any size."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def is_empty(self) -> bool:
        return not self._bytes

    def feed(self, data: bytes) -> None:
        self._bytes += data

    def next_payload(self) -> bytes | None:
        """Returns the next whole frame's content, or None. Raises FrameError; the stream cannot be used after that."""
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
        return payload

    def next(self) -> dict[str, Any] | None:
        """Returns the next whole message, or None. Raises FrameError as next_payload does."""
        payload = self.next_payload()
        if payload is None:
            return None
        try:
            if byte_text.MARK in payload:
                payload = byte_text.from_json(payload)
            message = _decode_json(payload.decode("utf-8"))
        except ValueError as error:
            raise FrameError(f"frame is not JSON: {error}") from None
        if not isinstance(message, dict):
            raise FrameError(f"frame is not a JSON object but {type(message).__name__}")
        return message


class Channel:
    """A worker's messages over one stream socket. Not thread-safe; owned by the session's main thread.

    A child that a test forks inherits the object, but its messages are dropped: only the process that made the channel
    speaks on it.
    """

    def __init__(self, fd: int, on_lost: Callable[[], NoReturn], poll_interval_s: float = 0.0) -> None:
        """`poll` asks the kernel at most once in `poll_interval_s`.

        `on_lost` is called when the other end is gone, or when a test has closed our descriptor. It must not return.
        An exception would not do instead: pytest and the hooks of plugins would catch it.
        """
        self.fd = fd
        self._on_lost = on_lost
        self._pid = os.getpid()
        self._decoder = FrameDecoder()
        # Messages that came while another was awaited.
        self._early: list[dict[str, Any]] = []
        self._out = bytearray()
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)
        self._clock = time.monotonic
        self._poll_interval_s = poll_interval_s
        self._polled_at = 0.0

    def queue(self, message: dict[str, Any]) -> None:
        """Keeps `message` until the next flush or send: messages that belong together cost one system call."""
        self._out += encode(message)

    def queue_json(self, text: str) -> None:
        """Does the same with a message that is JSON already."""
        self._out += frame_of(text)

    def send_json(self, text: str) -> None:
        """Sends a message that is JSON already."""
        frame = frame_of(text)
        if self._out or self.in_foreign_process():
            self._out += frame
            self.flush()
            return
        try:
            written = _write(self.fd, frame)
        except OSError:
            self._on_lost()
        if written < len(frame):
            self._out += frame[written:]
            self.flush()

    def send(self, message: dict[str, Any]) -> None:
        self._out += encode(message)
        self.flush()

    def flush(self) -> None:
        """Blocks until all queued messages are written."""
        if not self._out or self.in_foreign_process():
            self._out.clear()
            return
        data, self._out = self._out, bytearray()
        view = memoryview(data)
        try:
            while view:
                view = view[_write(self.fd, view) :]
        except OSError:
            self._on_lost()

    def in_foreign_process(self) -> bool:
        """Returns True in a child that was forked after the channel was made."""
        return _getpid() != self._pid

    def poll(self) -> dict[str, Any] | None:
        """Returns a message if there is one, without waiting. Raises FrameError."""
        if self._early:
            return self._early.pop(0)
        # Called between any two tests. A test may take less time than the system call.
        now = self._clock()
        is_due = now - self._polled_at >= self._poll_interval_s
        if not is_due and self._decoder.is_empty:
            return None
        message = self._decoder.next()
        if message is None and is_due:
            self._polled_at = now
            if self._poll.poll(0):
                self._read()
                message = self._decoder.next()
        return message

    def receive(self) -> dict[str, Any]:
        """Waits for a message. Raises FrameError."""
        if self._early:
            return self._early.pop(0)
        while True:
            message = self._decoder.next()
            if message is not None:
                return message
            self._read()

    def receive_only(self, kind: str) -> dict[str, Any]:
        """Waits for a message of this kind. Others that come before it are received later. Raises FrameError."""
        early: list[dict[str, Any]] = []
        while kind not in (message := self.receive()):
            early.append(message)
        self._early = early
        return message

    def _read(self) -> None:
        try:
            data = os.read(self.fd, _READ_SIZE)
        except OSError:
            data = b""
        if not data:
            self._on_lost()
        self._decoder.feed(data)
