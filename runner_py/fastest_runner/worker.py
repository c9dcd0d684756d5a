"""One worker's life, from the descriptors that it is forked with to the last message of its session."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from typing import Any

import pytest
from _pytest import config as pytest_config

from . import FOLDER
from .imports import rewriting
from .imports.bytecode_store import BytecodeStore
from .process import lending, preload, process_setup
from .process.last_import import LastImport
from .process.zygote import Launch
from .roles import xdist_role
from .session.control_session import ControlHost
from .session.session_host import SessionHost
from .session.streams import terminal_stdout
from .wire.frames import Channel, FrameError

# How long a command may wait between two tests. To look for a command takes more time than many tests.
_POLL_INTERVAL_S = 0.001


def run(launch: Launch) -> int:
    """Runs the session that the agent's `start` command describes. Returns the process's exit status.

    Between the start of the process and the code in place of pytest.main this is the only frame of ours.
    """
    channel = _set_up(launch)
    store = None
    try:
        start = _receive_start(channel)
        run_spec, worker_id = start.get("run", {}), str(start.get("worker_id", ""))
        control = bool(start.get("control"))
        if control and run_spec.get("controller"):
            return 0 if lending.lend(channel.fd, str(run_spec["controller"]), start) else 1
        args = _enter(run_spec)
        if not control:
            _become_worker(run_spec, worker_id, int(start.get("machine_slot", 0)))
            store = _keep_bytecode(run_spec, worker_id, launch.last_import)
            if run_spec.get("preload"):
                preload.offer()
    except _Refused as refused:
        return _fail(channel, *refused.args)
    genuine_stdout = sys.stdout
    if run_spec.get("forward_terminal"):
        sys.stdout = terminal_stdout(channel)
    host = ControlHost(channel, run_spec) if control else SessionHost(channel, run_spec, worker_id)
    try:
        status = _pytest_main(args, host)
    except BaseException as error:
        # SystemExit and pytest.exit among them: the `pytest` command does not catch them here either.
        return _fail(channel, *_failure(error))
    finally:
        process_setup.flush_stdout()
        sys.stdout = genuine_stdout
    _say_end(channel, host, status)
    if store is not None:
        store.prune()
    return status


class _Refused(Exception):
    """There can be no session. The arguments are the exit status and the text for the user."""


def _set_up(launch: Launch) -> Channel:
    descriptors = process_setup.set_up(launch.channel_fd, launch.stdout_fd, launch.stderr_fd, launch.life_fd)
    # A child that a test forks must not keep the channel open: the agent would not see the worker's end.
    os.register_at_fork(after_in_child=lambda: _close(descriptors.channel_fd, descriptors.life_fd))
    return Channel(descriptors.channel_fd, process_setup.exit_without_channel, _POLL_INTERVAL_S)


def _receive_start(channel: Channel) -> dict[str, Any]:
    """Returns the body of the first command, a WorkerCommand.Start."""
    try:
        start = channel.receive().get("start")
    except FrameError as error:
        raise _Refused(3, f"{error}\n") from None
    if not isinstance(start, dict) or not isinstance(start.get("run", {}), dict):
        raise _Refused(3, "the first command is not `start`\n")
    return start


def _enter(run_spec: dict[str, Any]) -> list[str]:
    """Takes on the run's directory and arguments. Returns pytest's arguments."""
    args = [str(arg) for arg in run_spec.get("pytest_args", ())]
    try:
        os.chdir(run_spec.get("invocation_dir", ""))
    except OSError as error:
        raise _Refused(4, f"ERROR: cannot enter {error.filename!r}: {error.strerror}\n") from None
    rewriting.read_at_once()
    process_setup.imitate_pytest(args, as_module=bool(run_spec.get("as_module")))
    return args


def _become_worker(run_spec: dict[str, Any], worker_id: str, machine_slot: int) -> None:
    os.environ["FASTEST_SLOT"] = str(machine_slot)
    if run_spec.get("xdist_worker"):
        xdist_role.announce(run_spec.get("run_id", ""), worker_id, int(run_spec.get("slots", 1)))


def _keep_bytecode(run_spec: dict[str, Any], worker_id: str, last_import: LastImport) -> BytecodeStore | None:
    folder = rewriting.store_folder(os.environ)
    if folder is None:
        return None
    store = BytecodeStore(folder, read_only=sys.dont_write_bytecode)
    # "gw3"
    number = worker_id[2:]
    place = int(number) if number.isdecimal() else 0
    rewriting.install(store, place, int(run_spec.get("slots", 1)), last_import.note)
    return store


def _say_end(channel: Channel, host: SessionHost | ControlHost, status: int) -> None:
    if channel.in_foreign_process():
        # This is a child that a test forked, and that left the test by an exception. Its parent speaks for the session.
        return
    if host.ending.internal_error:
        _fail(channel, status, host.ending.internal_error)
        return
    channel.send({"ended": host.ending.message(status, host.terminal.summary.getvalue())})


def _pytest_main(args: list[str], host: SessionHost | ControlHost) -> int:
    """Does what pytest.main does, but prints no errors."""
    if _sets_pytest_version():
        os.environ["PYTEST_VERSION"] = pytest.__version__
    options: dict[str, Any] = {}
    if "prog" in pytest_config._prepareconfig.__code__.co_varnames:
        # Otherwise pytest's usage text names the program pytest.main().
        options["prog"] = "pytest"
    config = pytest_config._prepareconfig(args, [host], **options)
    try:
        return int(config.hook.pytest_cmdline_main(config=config) or 0)
    finally:
        config._ensure_unconfigure()


def _sets_pytest_version() -> bool:
    return tuple(int(part) for part in pytest.__version__.split(".")[:2]) >= (8, 2)


def _failure(error: BaseException) -> tuple[int, str]:
    """Returns the exit status and the text of the `pytest` command if its start ends in `error`."""

    def raise_it(*args: Any, **kwargs: Any) -> None:
        raise error

    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(FOLDER):
        # Our own frames are not shown.
        frames = frames.tb_next
    text = io.StringIO()
    genuine = pytest_config._prepareconfig
    # pytest's own main() prints the error: each version knows other exceptions, and has words of its own for them.
    pytest_config._prepareconfig = raise_it
    try:
        with contextlib.redirect_stderr(text):
            status = int(pytest.main([]))
    except SystemExit as exit_error:
        code = exit_error.code
        status = code if isinstance(code, int) else 0 if code is None else 1
        text.write("" if isinstance(code, int) or code is None else f"{code}\n")
    except BaseException as uncaught:
        # As the interpreter ends with an exception that nobody catches.
        status = 1
        text.write("".join(traceback.format_exception(type(uncaught), uncaught, frames)))
    finally:
        pytest_config._prepareconfig = genuine
    return status, text.getvalue()


def _fail(channel: Channel, status: int, message: str) -> int:
    channel.send({"failure": {"exit_status": status, "message": message}})
    return status


def _close(*fds: int) -> None:
    for fd in fds:
        # A test may have closed the descriptor before.
        with contextlib.suppress(OSError):
            os.close(fd)
