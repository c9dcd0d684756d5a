"""How a test's own code is called: with as many frames below it as pytest puts there.

How far a test can recurse is part of what it sees.
"""

from __future__ import annotations

from typing import Any, Callable

from _pytest.python import pytest_pyfunc_call

Call = Callable[[Any], Any]

# Calls of hooks between pytest's loop and pytest_pyfunc_call, and the frames that are not theirs.
_HOOK_CALLS = 3
_PLAIN_FRAMES = 7
# The same down to run_itself in place of pytest_runtest_call.
_HOOK_CALLS_TO_ITEM = 2
_PLAIN_FRAMES_TO_ITEM = 5


def call_function(frames_of_hook_call: int, our_frames: int) -> Call:
    """What calls an item's function.

    `frames_of_hook_call`: how many frames a call of a hook takes; 0 if the depth does not matter. `our_frames`: how
    many frames of the engine stand where pytest has those frames.
    """
    return _as_deep(pytest_pyfunc_call, _HOOK_CALLS, _PLAIN_FRAMES - our_frames, frames_of_hook_call)


def call_item(frames_of_hook_call: int, our_frames: int) -> Call:
    """The same for what calls the item's own `runtest`."""
    return _as_deep(_run_itself, _HOOK_CALLS_TO_ITEM, _PLAIN_FRAMES_TO_ITEM - our_frames, frames_of_hook_call)


def _run_itself(item: Any) -> None:
    """Asks the item for its method each time: pytest-django replaces it while tests of Django's classes run."""
    __tracebackhide__ = True
    item.runtest()


def _as_deep(function: Call, hook_calls: int, plain_frames: int, frames_of_hook_call: int) -> Call:
    """The function behind so many calls of hooks, and frames beside these."""
    if frames_of_hook_call == 0:
        return function
    for _ in range(hook_calls * (frames_of_hook_call - 1) + plain_frames):
        function = _one_deeper(function)
    for _ in range(hook_calls):
        function = _LikeHook(function)
    return function


class _LikeHook:
    """One frame more, and called as hooks are: calls of objects count for themselves where recursion is limited."""

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
