"""The coordinator as a child of pytest, and what it says: one answer, lines for the user, tests' output, and a channel.

Each wait ends with the answer or with the coordinator.
"""

from __future__ import annotations

import array
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from typing import Any, Callable

import pytest

# What the coordinator answers (coordinator/commands/run.cc).
_ASIDE, _RUN = b"aside ", b"run "
# How long a coordinator that was told to end may take. It has 5 seconds for tests to tear their fixtures down.
_END_LIMIT_S = 15
_NAMES = ("fastest-coordinator", "fastest")


def find_coordinator() -> str:
    """Returns the program's path. Raises UsageError."""
    given = os.environ.get("FASTEST_COORDINATOR")
    if given:
        found = shutil.which(given)
        if found is None:
            raise pytest.UsageError(f"--fastest: {given}, which FASTEST_COORDINATOR names, is no program")
        return found
    beside = os.path.dirname(sys.executable)
    for name in _NAMES:
        found = shutil.which(name, path=beside) or shutil.which(name)
        if found is not None:
            return found
    raise pytest.UsageError(
        f"--fastest: fastest-coordinator is neither in {beside} nor in a folder of PATH: install it, or name it in "
        "FASTEST_COORDINATOR"
    )


class Coordinator:
    """One for a run. Belongs to pytest's main thread."""

    def __init__(self, program: str, name: str, arguments: list[str], is_module: bool) -> None:
        """Starts it and waits for its answer. `name` is the socket's. Raises UsageError."""
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(f"\0{name}")
        self._listener.listen(1)
        # The process that stands for this one in the agent. Open as long as this session goes on.
        self._stand_in: socket.socket | None = None
        # Takes what the tests or the coordinator have written: "stdout" or "stderr", and the bytes.
        self.show: Callable[[str, bytes], None] = _write
        own = ["--controller", name, "--python", sys.executable, *(["--as-module"] if is_module else [])]
        self._process = subprocess.Popen(
            [program, *own, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Ctrl-C is for pytest, which passes it on.
            start_new_session=True,
        )
        self._pipes = {self._process.stdout.fileno(): "stdout", self._process.stderr.fileno(): "stderr"}  # type: ignore[union-attr]
        # Can be read when the process has ended. Its pipes may live longer: others inherit them.
        self._end_fd = os.pidfd_open(self._process.pid)
        self.slots = 0
        # Why there is to be no run; empty: there is one.
        self.why_not = ""
        self._take_answer()

    @property
    def exit_code(self) -> int | None:
        """None while it runs. A signal is a negative number."""
        return self._process.poll()

    def _take_answer(self) -> None:
        answer, said = bytearray(), bytearray()
        while b"\n" not in answer and not self._is_over([]):
            for pipe, text in self._read([]):
                (answer if pipe == "stdout" else said).extend(text)
        line, _, rest = bytes(answer).partition(b"\n")
        if line.startswith(_RUN):
            self.slots = int(line[len(_RUN) :])
            # What it has to say so far is for the user.
            for pipe, text in (("stdout", rest), ("stderr", bytes(said))):
                if text:
                    self.show(pipe, text)
            return
        self.end()
        if line.startswith(_ASIDE):
            self.why_not = line[len(_ASIDE) :].decode("utf-8", "backslashreplace")
            return
        text = bytes(said or answer).decode("utf-8", "backslashreplace").strip()
        raise pytest.UsageError(f"--fastest: {text.removeprefix('ERROR: ') or 'fastest-coordinator says nothing'}")

    def accept(self) -> tuple[int, bytes] | None:
        """Waits for the session's channel. Returns its descriptor, and the first bytes of the `start` command.

        None: the coordinator has ended.
        """
        while not self._is_over([self._listener]):
            for _ in self._pass_on([self._listener]):
                connection, _address = self._listener.accept()
                if _user_of(connection) != os.getuid():
                    connection.close()
                    continue
                self._stand_in = connection
                return _receive_channel(connection)
        return None

    def receive(self, channel_fd: int) -> bytes:
        """Waits for bytes from the channel, and shows what comes meanwhile. Empty: the coordinator has ended."""
        while not self._is_over([channel_fd]):
            for _ in self._pass_on([channel_fd]):
                return _read_some(channel_fd)
        return b""

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGINT)

    def finish(self) -> int:
        """Waits until the coordinator has ended by itself. Shows the rest of what it says. Returns its exit code."""
        self._leave()
        while not self._is_over([]):
            self._pass_on([])
        return self._process.wait()

    def end(self) -> None:
        """Ends it, whatever it does. To be called again does no harm."""
        self._leave()
        if self.exit_code is None:
            self._process.kill()
        self._process.wait(_END_LIMIT_S)
        for pipe in (self._process.stdout, self._process.stderr):
            pipe.close()  # type: ignore[union-attr]
        self._pipes.clear()
        if self._end_fd >= 0:
            os.close(self._end_fd)
            self._end_fd = -1

    def _leave(self) -> None:
        self._listener.close()
        if self._stand_in is not None:
            self._stand_in.close()
            self._stand_in = None

    def _is_over(self, others: list[Any]) -> bool:
        """Whether the coordinator has ended, and nothing is left to be read."""
        return self.exit_code is not None and not select.select([*self._pipes, *others], [], [], 0)[0]

    def _read(self, others: list[Any]) -> list[tuple[str, bytes]]:
        """Waits for the pipes, `others` or the end. Returns what the pipes have."""
        texts = []
        for fd in select.select([self._end_fd, *self._pipes, *others], [], [])[0]:
            if fd not in self._pipes:
                continue
            text = _read_some(fd)
            if text:
                texts.append((self._pipes[fd], text))
            else:
                del self._pipes[fd]
        return texts

    def _pass_on(self, others: list[Any]) -> list[Any]:
        """Waits as _read does. Shows what the pipes have, and returns those of `others` that can be read."""
        for pipe, text in self._read(others):
            self.show(pipe, text)
        return select.select(others, [], [], 0)[0] if others else []


def _read_some(fd: int) -> bytes:
    try:
        return os.read(fd, 1 << 16)
    except ConnectionError:
        return b""


def _user_of(connection: socket.socket) -> int:
    credentials = array.array("i")
    credentials.frombytes(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 3 * credentials.itemsize))
    return credentials[1]


def _receive_channel(connection: socket.socket) -> tuple[int, bytes] | None:
    descriptors = array.array("i")
    _, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(descriptors.itemsize))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: descriptors.itemsize])
    if not descriptors:
        return None
    fd = descriptors[0]
    os.set_inheritable(fd, False)
    header = _exactly(connection, 4)
    return fd, header + _exactly(connection, int.from_bytes(header, "big"))


def _exactly(connection: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length and (part := connection.recv(length - len(found))):
        found += part
    return bytes(found)


def _write(pipe: str, text: bytes) -> None:
    stream = sys.stdout if pipe == "stdout" else sys.stderr
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(text.decode("utf-8", "replace"))
    else:
        buffer.write(text)
    stream.flush()
