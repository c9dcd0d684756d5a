"""Loops of a project: implementations of pytest_runtestloop that pytest calls before its own implementation.

    def pytest_runtestloop(session):
        for item in reversed(session.items):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return True

Such a loop takes the place of pytest's loop if it returns anything but None. It may run any tests, in any order, so all
tests of the run belong to one worker. A loop that only prepares something, such as a variable, runs in every worker.
"""

from __future__ import annotations

import dis
import inspect
from typing import Any

from _pytest import main


def find(config: Any) -> list[Any]:
    """Returns the hook implementations, in pytest's order. All conftests have to be loaded."""
    loops: list[Any] = []
    for implementation in reversed(config.pluginmanager.hook.pytest_runtestloop.get_hookimpls()):
        if implementation.plugin is main:
            break
        if not implementation.hookwrapper and not getattr(implementation, "wrapper", False):
            loops.append(implementation)
    return loops


def pytests_own(config: Any) -> Any:
    """Returns pytest's own implementation of the hook."""
    implementations = config.pluginmanager.hook.pytest_runtestloop.get_hookimpls()
    return next(implementation for implementation in implementations if implementation.plugin is main)


def binding(config: Any) -> Any:
    """Returns a loop that may run tests or leave them out. None: all loops certainly leave the tests to pytest."""
    return next((loop for loop in find(config) if not _only_prepares(loop.function)), None)


def switch_off(loops: list[Any]) -> None:
    for loop in loops:
        loop.function = _leave_to_pytest


def _leave_to_pytest(*args: Any) -> None:
    pass


def _only_prepares(function: Any) -> bool:
    """Returns True if the function certainly returns None, and has nothing to do with the session or with tests."""
    if function is _leave_to_pytest:
        return True
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        return False
    before = None
    for instruction in dis.get_instructions(code):
        names = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
        if any(isinstance(name, str) and ("session" in name or "runtest" in name) for name in names):
            return False
        if instruction.opname == "RETURN_CONST" and instruction.argval is not None:
            return False
        if instruction.opname == "RETURN_VALUE":
            gives_none = before is not None and before.opname == "LOAD_CONST" and before.argval is None
            if not gives_none or instruction.is_jump_target:
                return False
        before = instruction
    return True
