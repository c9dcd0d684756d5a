"""One worker's life: from the descriptors that it was forked with to the last message of its session."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from typing import Any

import pytest
from _pytest import config as pytest_config

from . import process_setup, xdist_role
from .frames import Channel, FrameError
from .session_host import SessionHost
from .streams import terminal_stdout
from .zygote import Launch


def run(launch: Launch) -> int:
    """Runs the session that the agent's `start` asks for. Returns the process's exit status."""
    descriptors = process_setup.set_up(launch.channel_fd, launch.stdout_fd, launch.stderr_fd, launch.life_fd)
    channel = Channel(descriptors.channel_fd, process_setup.exit_without_channel)
    # A test's forked children must not keep the channel open, or the agent would not see its end.
    os.register_at_fork(after_in_child=lambda: _close(descriptors.channel_fd, descriptors.life_fd))
    try:
        start = channel.receive().get("start")
    except FrameError as error:
        return _fail(channel, 3, f"{error}\n")
    if not isinstance(start, dict):
        return _fail(channel, 3, "the first command is not `start`\n")
    return _run_session(channel, start.get("run", {}), start.get("worker_id", launch.worker_id))


def _run_session(channel: Channel, run_spec: dict[str, Any], worker_id: str) -> int:
    args = [str(arg) for arg in run_spec.get("pytest_args", ())]
    try:
        os.chdir(run_spec.get("invocation_dir", ""))
    except OSError as error:
        return _fail(channel, 4, f"ERROR: cannot enter {error.filename!r}: {error.strerror}\n")
    process_setup.imitate_pytest_command(args)
    if run_spec.get("xdist_worker"):
        xdist_role.announce(run_spec.get("run_id", ""), worker_id, int(run_spec.get("slots", 1)))
    genuine_stdout = sys.stdout
    if run_spec.get("forward_terminal"):
        sys.stdout = terminal_stdout(channel)
    host = SessionHost(channel, run_spec, worker_id)
    try:
        status = _pytest_main(args, host)
    except BaseException as error:
        # Including SystemExit and pytest.exit, which the `pytest` command does not catch here either.
        return _fail(channel, *_failure(error))
    finally:
        _flush_stdout()
        sys.stdout = genuine_stdout
    if channel.in_foreign_process():
        # A child that a test forked and that got out of it by an exception; its parent speaks for the session.
        return status
    if host.internal_error:
        return _fail(channel, status, host.internal_error)
    ended: dict[str, Any] = {
        "exit_status": status,
        "stop_reason": host.stop_reason,
        "exit_called": host.exit_called,
        "terminal_summary": host.terminal_summary.getvalue(),
    }
    channel.send({"ended": ended})
    return status


def _pytest_main(args: list[str], host: SessionHost) -> int:
    """What pytest.main does, less the printing of errors."""
    if _sets_pytest_version():
        os.environ["PYTEST_VERSION"] = pytest.__version__
    options: dict[str, Any] = {}
    if "prog" in pytest_config._prepareconfig.__code__.co_varnames:
        # Else it calls itself pytest.main() in its usage.
        options["prog"] = "pytest"
    config = pytest_config._prepareconfig(args, [host], **options)
    try:
        return int(config.hook.pytest_cmdline_main(config=config) or 0)
    finally:
        config._ensure_unconfigure()


def _sets_pytest_version() -> bool:
    return tuple(int(part) for part in pytest.__version__.split(".")[:2]) >= (8, 2)


def _failure(error: BaseException) -> tuple[int, str]:
    """Exit status and text of the `pytest` command when its start ends in `error`."""

    def raise_it(*args: Any, **kwargs: Any) -> None:
        raise error

    text = io.StringIO()
    genuine = pytest_config._prepareconfig
    # pytest's own main() prints it: whichever exceptions this version answers, in its own words.
    pytest_config._prepareconfig = raise_it
    try:
        with contextlib.redirect_stderr(text):
            status = int(pytest.main([]))
    except SystemExit as exit_error:
        code = exit_error.code
        status = code if isinstance(code, int) else 0 if code is None else 1
        text.write("" if isinstance(code, int) or code is None else f"{code}\n")
    except BaseException as uncaught:
        # As the interpreter ends when nobody catches it.
        status = 1
        text.write("".join(traceback.format_exception(type(uncaught), uncaught, uncaught.__traceback__)))
    finally:
        pytest_config._prepareconfig = genuine
    return status, text.getvalue()


def _fail(channel: Channel, status: int, message: str) -> int:
    channel.send({"failure": {"exit_status": status, "message": message}})
    return status


def _flush_stdout() -> None:
    # A test may have closed or replaced it.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()


def _close(*fds: int) -> None:
    for fd in fds:
        # A test may have closed it before.
        with contextlib.suppress(OSError):
            os.close(fd)
