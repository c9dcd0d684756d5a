"""The zygote: it has pytest loaded, runs no code of the project, and forks a worker whenever the agent asks for one.

It is a single thread around poll(), and it ends when its control channel does. No worker outlives it, and no process
that a worker has started: workers are killed by process group, and the kernel hands processes outside these groups to
the zygote, because the agent has made it a child subreaper.
"""

from __future__ import annotations

import _socket
import gc
import importlib
import os
import platform
import select
import signal
import sys
import time
from typing import Any, NamedTuple

from ..wire.frames import FrameDecoder, FrameError, encode
from . import preload, process_end
from .freshness import Origin, environment_of, take_environment
from .last_import import LastImport
from .process_tree import child_pids, kill, kill_group

_OLDEST_PYTEST = (7, 0)
_RECEIVE_SIZE = 64 * 1024
_INT_SIZE = 4
_DESCRIPTORS_PER_WORKER = 3


class Launch(NamedTuple):
    """What a freshly forked worker starts from. The worker owns the descriptors."""

    worker_id: str
    channel_fd: int
    stdout_fd: int
    stderr_fd: int
    # The read end of a pipe. Only the zygote has the write end.
    life_fd: int
    last_import: LastImport


class _Child(NamedTuple):
    worker_id: str
    life_fd: int
    last_import: LastImport


def serve(control_fd: int, worker_module: str) -> int | Launch:
    """Serves until the control channel ends, then returns the exit status. In each worker it returns a Launch.

    `worker_module` is the name of the module that runs a worker. It is loaded here, once for all workers.
    """
    control = _socket.socket(fileno=control_fd)
    os.set_inheritable(control_fd, False)
    # The coordinator answers Ctrl-C, and for its answer it still needs this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    zygote = _Zygote(control, time.time_ns())
    gc.disable()
    try:
        versions = _load_pytest(worker_module)
    except Exception as error:
        zygote.send({"type": "failed", "message": _load_failure(error)})
        return 3
    _settle()
    gc.enable()
    zygote.send({"type": "hello", "pid": os.getpid(), **versions})
    ended = zygote.loop()
    # An open socket at the interpreter's end is worth a warning, which is shown where warnings are asked for.
    control.close()
    return ended


def _load_pytest(worker_module: str) -> dict[str, str]:
    import pytest
    from _pytest.config import default_plugins

    version = tuple(int(part) for part in pytest.__version__.split(".")[:2])
    if version < _OLDEST_PYTEST:
        oldest = ".".join(str(part) for part in _OLDEST_PYTEST)
        raise ImportError(f"pytest {pytest.__version__} is too old, {oldest} is the oldest that works")
    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")
    # pytest loads pdb in every run, and every worker needs the worker's modules.
    importlib.import_module("pdb")
    importlib.import_module(worker_module)
    return {"python_version": platform.python_version(), "pytest_version": pytest.__version__}


def _load_for_workers() -> None:
    """Loads what each worker would load. A zygote for a single run does not: its workers load that in parallel."""
    from .. import direct

    direct.load()
    _settle()


def _settle() -> None:
    """Has workers leave alone what is loaded now. Their collector and their end do not walk it, and it stays shared."""
    process_end.hold_what_is_loaded()
    gc.freeze()


def _names_in(message: dict[str, Any]) -> list[str]:
    return [str(name) for name in message.get("preload", ())]


def _load_failure(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == "pytest":
        return f"pytest is not installed for {sys.executable}: `{sys.executable} -m pip install pytest`"
    return f"pytest cannot be loaded by {sys.executable}: {type(error).__name__}: {error}"


class _Zygote:
    def __init__(self, control: _socket.socket, started_ns: int) -> None:
        self._started_ns = started_ns
        self._control = control
        self._decoder = FrameDecoder()
        self._received_fds: list[int] = []
        self._children: dict[int, _Child] = {}
        self._ended = False
        # For a zygote that serves run after run: what it was started from, and the present run's environment.
        self._origin: Origin | None = None
        self._environment: dict[bytes, bytes] | None = None
        # RunSpec.preload of the present run, and the names that were tried for this run and others.
        self._wanted: list[str] = []
        self._tried: set[str] = set()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        # With handlers, even ones that do nothing, signals arrive as bytes in the wake-up pipe.
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: None)

    def send(self, message: dict[str, Any]) -> None:
        try:
            self._control.sendall(encode(message))
        except OSError:
            self._ended = True

    def loop(self) -> int | Launch:
        poll = select.poll()
        poll.register(self._control.fileno(), select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        while not self._ended:
            for fd, _ in poll.poll():
                if fd == self._wake_read:
                    self._on_signals()
                else:
                    launch = self._on_control()
                    if launch is not None:
                        return launch
        self._end_everything()
        return 0

    def _on_signals(self) -> None:
        try:
            numbers = os.read(self._wake_read, 512)
        except BlockingIOError:
            return
        if signal.SIGTERM in numbers:
            self._ended = True
        self._reap()

    def _reap(self) -> None:
        """Reports workers that have ended, and reaps all other children."""
        while True:
            try:
                # The child is not reaped yet: until then no other process or group can have its number.
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            pid = ended.si_pid
            child = self._children.pop(pid, None)
            if child is not None:
                # Processes that a test started die with the worker.
                kill_group(pid)
            _, status = os.waitpid(pid, 0)
            if child is not None:
                os.close(child.life_fd)
                exited = {"type": "exited", "worker_id": child.worker_id, "pid": pid, "status": status}
                self.send({**exited, "last_import": child.last_import.take()})

    def _on_control(self) -> Launch | None:
        try:
            data, ancillary, _, _ = self._control.recvmsg(
                _RECEIVE_SIZE,
                _socket.CMSG_SPACE(_DESCRIPTORS_PER_WORKER * _INT_SIZE),
                _socket.MSG_CMSG_CLOEXEC,
            )
        except OSError:
            data, ancillary = b"", []
        for level, kind, payload in ancillary:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                for start in range(0, len(payload) - _INT_SIZE + 1, _INT_SIZE):
                    self._received_fds.append(int.from_bytes(payload[start : start + _INT_SIZE], sys.byteorder))
        if not data:
            self._ended = True
            return None
        self._decoder.feed(data)
        try:
            while (message := self._decoder.next()) is not None:
                launch = self._on_message(message)
                if launch is not None:
                    return launch
        except FrameError:
            # Nothing that follows can be understood.
            self._ended = True
        return None

    def _on_message(self, message: dict[str, Any]) -> Launch | None:
        if message.get("type") == "fork" and len(self._received_fds) >= _DESCRIPTORS_PER_WORKER:
            return self._fork(str(message.get("worker_id", "")))
        if message.get("type") == "kill":
            for pid, child in self._children.items():
                if child.worker_id == message.get("worker_id"):
                    kill_group(pid)
        elif message.get("type") == "keep":
            _load_for_workers()
            self._origin = Origin(self._started_ns)
            self._wanted = _names_in(message)
        elif message.get("type") == "begin":
            self._begin(message)
        elif message.get("type") == "clear":
            self._end_everything()
            self.send({"type": "cleared"})
            self._preload()
        return None

    def _begin(self, message: dict[str, Any]) -> None:
        """A run begins. If this process is stale the agent asks nothing more of it."""
        # In the message each byte is the character of the same number, since variables need not be UTF-8.
        entries = [str(entry).encode("latin-1") for entry in message.get("environment", ())]
        environment = environment_of(entries)
        why = "it was not told to be kept"
        if self._origin is not None:
            why = self._origin.why_stale(environment, str(message.get("directory", "")))
            self._environment = self._origin.after_start(environment)
            self._wanted = _names_in(message)
            unwanted = [name for name in preload.names() if name not in self._wanted]
            if unwanted and not why:
                why = f"{unwanted[0]} is loaded, which the run does not ask for"
        self.send({"type": "begun", "stale": why})

    def _preload(self) -> None:
        """After a run: loads the modules that the run asked for, for the next run. Nobody waits for that."""
        wanted = [name for name in self._wanted if name not in self._tried]
        if self._origin is None or not wanted:
            return
        self._tried.update(wanted)
        since_ns = time.time_ns()
        with preload.loading(wanted, self._origin.is_own) as refused:
            for name, why in refused.items():
                sys.stderr.write(f"fastest: {name} is not loaded beforehand: {why}\n")
            sys.stderr.flush()
            _settle()
            self._origin.extend(since_ns)

    def _fork(self, worker_id: str) -> Launch | None:
        fds = self._received_fds[:_DESCRIPTORS_PER_WORKER]
        del self._received_fds[:_DESCRIPTORS_PER_WORKER]
        life_read, life_write = os.pipe()
        last_import = LastImport()
        pid = os.fork()
        if pid == 0:
            self._become_worker(life_write)
            return Launch(worker_id, *fds, life_read, last_import)
        for fd in (*fds, life_read):
            os.close(fd)
        self._children[pid] = _Child(worker_id, life_write, last_import)
        self.send({"type": "forked", "worker_id": worker_id, "pid": pid})
        return None

    def _become_worker(self, life_write: int) -> None:
        """In a forked child: gives up all that belongs to the zygote."""
        # Before anything else the worker leads a group of its own: the zygote kills by group.
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for fd in (self._wake_read, self._wake_write, life_write):
            os.close(fd)
        for child in self._children.values():
            os.close(child.life_fd)
        for fd in self._received_fds:
            os.close(fd)
        self._control.close()
        if self._environment is not None:
            take_environment(self._environment)
            # Files may have come since this process listed the folders.
            importlib.invalidate_caches()

    def _end_everything(self) -> None:
        for pid in self._children:
            kill_group(pid)
        # A child that may not be killed is not waited for: it might never end.
        while sum(kill(pid) for pid in child_pids()) > 0:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return
