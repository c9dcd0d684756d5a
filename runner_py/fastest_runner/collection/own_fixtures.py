"""Finds the fixtures of pytest's own plugins without asking for all their attributes.

When a session starts, pytest gets each attribute of each plugin to see whether it is a fixture. For pytest's own
modules and classes it is enough to look at the attributes' types. That saves a sixth of a worker's start.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from types import ModuleType
from typing import Any, Iterator

from _pytest.fixtures import FixtureManager

try:
    from _pytest.fixtures import FixtureFunctionDefinition
except ImportError:
    FixtureFunctionDefinition = None

_OWN = ("_pytest.", __name__.split(".", 1)[0] + ".")


@contextlib.contextmanager
def found_quickly() -> Iterator[None]:
    """For the time in which a session makes its table of fixtures. With pytest before 9.2 it changes nothing."""
    genuine = FixtureManager.parsefactories
    if FixtureFunctionDefinition is None:
        yield
        return

    @functools.wraps(genuine)
    def parsefactories(self: Any, *args: Any, **named: Any) -> None:
        holder = named.get("holder")
        if holder is None or not _is_own(holder):
            genuine(self, *args, **named)
        elif isinstance(holder, ModuleType):
            stand_in = ModuleType(holder.__name__)
            vars(stand_in).update(_fixtures_in(holder))
            genuine(self, *args, **{**named, "holder": stand_in})
        elif any(_fixtures_in(kind) for kind in type(holder).__mro__):
            genuine(self, *args, **named)

    FixtureManager.parsefactories = parsefactories  # type: ignore[method-assign]
    try:
        yield
    finally:
        FixtureManager.parsefactories = genuine  # type: ignore[method-assign]


def _is_own(holder: Any) -> bool:
    if isinstance(holder, ModuleType):
        return holder.__name__.startswith(_OWN) and sys.modules.get(holder.__name__) is holder
    return type(holder).__module__.startswith(_OWN)


def _fixtures_in(namespace: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(namespace).items() if type(value) is FixtureFunctionDefinition}
