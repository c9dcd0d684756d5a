"""Calls a test's own code with as many frames below it as under pytest.

The test can then recurse exactly as far.
"""

from __future__ import annotations

from typing import Any, Callable

from _pytest.python import pytest_pyfunc_call

Call = Callable[[Any], Any]

# Between pytest's loop and pytest_pyfunc_call: how many calls of hooks there are, and how many other frames.
_HOOK_CALLS = 3
_PLAIN_FRAMES = 7
# The same between the loop and _run_itself, which stands in place of pytest_runtest_call.
_HOOK_CALLS_TO_ITEM = 2
_PLAIN_FRAMES_TO_ITEM = 5


def call_function(frames_of_hook_call: int, our_frames: int) -> Call:
    """Returns what calls an item's function.

    `frames_of_hook_call`: how many frames a call of a hook takes; 0 if the depth does not matter. `our_frames`: how
    many frames the engine has between the loop and the call.
    """
    return _as_deep(pytest_pyfunc_call, _HOOK_CALLS, _PLAIN_FRAMES - our_frames, frames_of_hook_call)


def call_item(frames_of_hook_call: int, our_frames: int) -> Call:
    """Returns what calls the item's own `runtest`, in the same way."""
    return _as_deep(_run_itself, _HOOK_CALLS_TO_ITEM, _PLAIN_FRAMES_TO_ITEM - our_frames, frames_of_hook_call)


def _run_itself(item: Any) -> None:
    """Gets the item's method each time: pytest-django replaces it while tests of Django's classes run."""
    __tracebackhide__ = True
    item.runtest()


def _as_deep(function: Call, hook_calls: int, plain_frames: int, frames_of_hook_call: int) -> Call:
    """Returns the function below as many frames as these calls of hooks and these plain frames have."""
    if frames_of_hook_call == 0:
        return function
    for _ in range(hook_calls * (frames_of_hook_call - 1) + plain_frames):
        function = _one_deeper(function)
    for _ in range(hook_calls):
        function = _LikeHook(function)
    return function


class _LikeHook:
    """Adds a frame, and is called as hooks are: a call of an object counts by itself towards the recursion limit."""

    __slots__ = ("_function",)

    def __init__(self, function: Call) -> None:
        self._function = function

    def __call__(self, item: Any) -> Any:
        __tracebackhide__ = True
        return self._function(item)


def _one_deeper(function: Call) -> Call:
    def call(item: Any) -> Any:
        __tracebackhide__ = True
        return function(item)

    return call
