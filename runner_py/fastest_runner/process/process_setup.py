"""Makes a freshly forked process look like the interpreter of the `pytest` command."""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import importlib.util
import os
import resource
import select
import signal
import sys
import types
from typing import NamedTuple, NoReturn

# The agent sends this signal to a hung worker to get its Python stack.
STACK_SIGNAL = signal.SIGRTMIN + 8

# Linux has it, but not the fcntl module of every Python.
_F_SETSIG = getattr(fcntl, "F_SETSIG", 10)


class Descriptors(NamedTuple):
    """A worker's own descriptors. Their numbers are high above those that a test opens, counts or closes."""

    channel_fd: int
    life_fd: int
    stack_fd: int


def set_up(channel_fd: int, stdout_fd: int, stderr_fd: int, life_fd: int) -> Descriptors:
    """Sets up stdio, descriptors and signals. The numbers in the arguments are free afterwards."""
    _reset_signals()
    null_fd = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null_fd, 0)
    os.close(null_fd)
    os.dup2(stdout_fd, 1)
    os.dup2(stderr_fd, 2)
    os.close(stdout_fd)
    os.close(stderr_fd)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            # Line by line, as on a terminal: with -s the user sees the output in time, and a crash does not swallow it.
            stream.reconfigure(line_buffering=True)
    descriptors = Descriptors(_move_high(channel_fd), _move_high(life_fd), _duplicate_high(2))
    die_with_writer(descriptors.life_fd)
    # chain=False: the signal's default action would end the process.
    faulthandler.register(STACK_SIGNAL, file=descriptors.stack_fd, all_threads=True, chain=False)
    return descriptors


def _reset_signals() -> None:
    """Sets the dispositions that Python starts with, whatever the agent's are."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _duplicate_high(fd: int) -> int:
    soft_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft_limit == resource.RLIM_INFINITY or soft_limit > 1024:
        soft_limit = 1024
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, max(3, soft_limit - 24))


def _move_high(fd: int) -> int:
    moved = _duplicate_high(fd)
    os.close(fd)
    return moved


def die_with_writer(life_fd: int) -> None:
    """Has the kernel kill our process group when the zygote is gone, which is this pipe's only writer."""
    fcntl.fcntl(life_fd, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(life_fd, _F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(life_fd, fcntl.F_SETFL, fcntl.fcntl(life_fd, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(life_fd, 0)
    if poll.poll(0):
        # The zygote was gone before the kernel was told.
        end_process_group()


def end_process_group() -> None:
    """Kills this process and its children: nobody is left who wants their results."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def flush_stdout() -> None:
    # A test may have closed or replaced the stream.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()


def exit_without_channel() -> NoReturn:
    """Ends a worker that can no longer speak: the agent is gone, or a test has closed our descriptor."""
    with contextlib.suppress(OSError):
        os.write(2, b"fastest: the worker's channel is closed, its session cannot go on\n")
    os._exit(70)


def imitate_pytest(pytest_args: list[str], as_module: bool) -> None:
    """Sets sys.argv and `__main__` as in a process of the `pytest` script. multiprocessing and others look at them.

    `as_module`: as in a process of `python -m pytest`, which also has the working directory first on sys.path.
    """
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=__builtins__, __spec__=None)
    if as_module:
        words = _become_module(main)
    else:
        script = os.path.join(os.path.dirname(sys.executable), "pytest")
        if os.path.exists(script):
            main.__file__ = script
        else:
            script = "pytest"
        words = [script]
    sys.argv = [words[0], *pytest_args]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = [sys.executable, *(["-m", "pytest"] if as_module else words), *pytest_args]
    sys.modules["__main__"] = main


def _become_module(main: types.ModuleType) -> list[str]:
    spec = importlib.util.find_spec("pytest.__main__")
    main.__dict__.update(__spec__=spec, __file__=spec.origin, __loader__=spec.loader, __package__="pytest")
    # In safe mode (-P, PYTHONSAFEPATH) no directory of a script is there to be replaced.
    if sys.path and sys.path[0] == os.path.dirname(sys.executable):
        sys.path[0] = os.getcwd()
    return [spec.origin]
