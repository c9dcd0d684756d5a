"""pytest's set-up stack: the nodes from the session down to the test that runs, each with its finalizers.

These functions do to the stack what pytest's SetupState would do to it, for a test whose nodes above are set up.
"""

from __future__ import annotations

from typing import Any

from _pytest.outcomes import TEST_OUTCOME
from _pytest.python import Function
from _pytest.unittest import TestCaseFunction

from . import cases
from .fixture_plan import Plan
from .place import Place


def is_set_up(stack: Any, place: Place) -> bool:
    """True if the nodes of the place, and no others, are set up without an error."""
    return list(stack) == place.chain and all(entry[1] is None for entry in stack.values())


def set_up(state: Any, item: Any, plan: Plan | None, place: Place) -> None:
    """Sets up an item and its fixtures: by the plan if there is one and nothing else has to be set up."""
    __tracebackhide__ = True
    stack = state.stack
    if plan is None or not is_set_up(stack, place) or not plan.is_ready():
        state.setup(item)
        return
    finalizers = [item.teardown]
    stack[item] = (finalizers, None)
    if type(item) is TestCaseFunction:
        cases.set_up(item)
    try:
        plan.fill(item, finalizers)
    except TEST_OUTCOME as error:
        stack[item] = (finalizers, (error, error.__traceback__))
        raise


def leave(stack: Any, item: Any, nextitem: Any) -> bool:
    """Takes an item off the stack, if that is all that its teardown comes to."""
    if nextitem is None or nextitem.parent is not item.parent:
        return False
    # The one finalizer is the item's own, which has nothing to do for a function.
    if (
        next(reversed(stack)) is not item
        or len(stack[item][0]) != 1
        or (type(item) is not Function and type(item) is not TestCaseFunction)
    ):
        return False
    del stack[item]
    if type(item) is TestCaseFunction:
        item.teardown()
    return True
