"""The zygote: has pytest loaded, runs nothing of the project, and forks a worker whenever the agent asks for one.

It is a single thread around poll(). Its life ends with its control channel, and no worker and no process that a worker
left behind outlives it: workers are killed by process group, and what had wandered off comes back to the zygote,
which the agent made a child subreaper.
"""

from __future__ import annotations

import _socket
import dataclasses
import gc
import importlib
import os
import platform
import select
import signal
import sys
import time
from typing import Any

from ..wire.frames import FrameDecoder, FrameError, encode
from . import preload, process_end
from .freshness import Origin, environment_of, take_environment
from .process_tree import child_pids, kill, kill_group

_OLDEST_PYTEST = (7, 0)
_RECEIVE_SIZE = 64 * 1024
_INT_SIZE = 4
_DESCRIPTORS_PER_WORKER = 3


@dataclasses.dataclass(frozen=True)
class Launch:
    """What a freshly forked worker starts from. The descriptors are the worker's own; it closes or keeps them."""

    worker_id: str
    channel_fd: int
    stdout_fd: int
    stderr_fd: int
    # Read end of a pipe whose only write end is the zygote's.
    life_fd: int


@dataclasses.dataclass
class _Child:
    worker_id: str
    life_fd: int


def serve(control_fd: int, worker_module: str) -> int | Launch:
    """Serves until the control channel ends, then returns the exit status; in each worker it returns its Launch.

    `worker_module` is the name of the module that runs a worker: it is loaded here, once for all workers.
    """
    control = _socket.socket(fileno=control_fd)
    os.set_inheritable(control_fd, False)
    # Ctrl-C is the coordinator's to answer; it must not end the processes that its answer still needs.
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
    return zygote.loop()


def _load_pytest(worker_module: str) -> dict[str, str]:
    import pytest
    from _pytest.config import default_plugins

    version = tuple(int(part) for part in pytest.__version__.split(".")[:2])
    if version < _OLDEST_PYTEST:
        oldest = ".".join(str(part) for part in _OLDEST_PYTEST)
        raise ImportError(f"pytest {pytest.__version__} is too old, {oldest} is the oldest that works")
    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")
    # pytest loads it in every run, and the worker's own modules are every worker's.
    importlib.import_module("pdb")
    importlib.import_module(worker_module)
    return {"python_version": platform.python_version(), "pytest_version": pytest.__version__}


def _load_for_workers() -> None:
    """What every worker would load for itself; where only one run's are to come, they do that side by side."""
    from .. import direct

    direct.load()
    _settle()


def _settle() -> None:
    """What is loaded now outlives a worker: neither its collector nor its end need walk it and unshare its pages."""
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
        # To serve run after run: where it came from, and the environment of the present run.
        self._origin: Origin | None = None
        self._environment: dict[bytes, bytes] | None = None
        # RunSpec.preload of the present run, and what was tried for it and others.
        self._wanted: list[str] = []
        self._tried: set[str] = set()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        # Python-level handlers that do nothing, so that the signals arrive as bytes in the wake-up pipe.
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
        """Reports workers that have ended, and takes in whatever else was handed down to us."""
        while True:
            try:
                # Looked at before it is reaped: until then its pid, the group's number, cannot be anybody else's.
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            pid = ended.si_pid
            child = self._children.pop(pid, None)
            if child is not None:
                # A test's children die with its worker.
                kill_group(pid)
            _, status = os.waitpid(pid, 0)
            if child is not None:
                os.close(child.life_fd)
                self.send({"type": "exited", "worker_id": child.worker_id, "pid": pid, "status": status})

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
            # Nothing that follows can be understood: the agent is no agent.
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
        """A run has come. Where this process is stale nothing will be asked of it any more."""
        # A byte is a character of the same number there: variables need not be UTF-8.
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
        """What the run that is over would have liked to find; the next may. Nobody waits for it."""
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
        pid = os.fork()
        if pid == 0:
            self._become_worker(life_write)
            return Launch(worker_id, *fds, life_read)
        for fd in (*fds, life_read):
            os.close(fd)
        self._children[pid] = _Child(worker_id, life_write)
        self.send({"type": "forked", "worker_id": worker_id, "pid": pid})
        return None

    def _become_worker(self, life_write: int) -> None:
        """Sheds in a forked child all that is the zygote's."""
        # Leading its own group before anything else: the zygote kills by group.
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
            # What was not there when this process looked may be there by now.
            importlib.invalidate_caches()

    def _end_everything(self) -> None:
        for pid in self._children:
            kill_group(pid)
        # Each is killed; those that may not be are not waited for, since they would never end.
        while sum(kill(pid) for pid in child_pids()) > 0:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return
