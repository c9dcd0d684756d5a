"""The direct engine: runs genuine pytest items without chains of hooks, where these hooks would do nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import guards
from .passed import Declined, Pass, Reported

if TYPE_CHECKING:
    from .engine import DirectEngine
    from .functions import FunctionItems

__all__ = ["Declined", "Pass", "is_late", "is_postponed", "load", "make_engine", "make_function_items"]


def load() -> None:
    """Imports all that an engine needs, for processes that will be forked from this one."""
    if guards.version_reason() is None:
        from . import engine  # noqa: F401
    if guards.knows_items():
        from . import functions, items  # noqa: F401


def make_engine(session: Any, shows_terminal: bool, reported: Reported) -> DirectEngine | Declined:
    """`shows_terminal`: somebody reads what pytest's reporter writes."""
    reason = guards.version_reason()
    if reason is None:
        reason = _session_reason(session, shows_terminal, reported)
    if reason is not None:
        return Declined(reason)
    # The engine imports names that only known versions of pytest have.
    from .engine import DirectEngine

    return DirectEngine(session, reported)


def _session_reason(session: Any, shows_terminal: bool, reported: Reported) -> str | None:
    if shows_terminal:
        return "pytest's own output is asked for"
    if reported.keeps_output_of_passes():
        return "the output of tests that pass is asked for"
    return guards.session_reason(session.config)


def make_function_items() -> FunctionItems | None:
    """None if pytest has a version whose items are unknown."""
    if not guards.knows_items():
        return None
    from .functions import FunctionItems

    return FunctionItems()


def is_postponed(child: Any) -> bool:
    """Returns whether this part of a collector's result stands for items that are made later, see literal_cases.py."""
    return getattr(type(child), "is_postponed", False)


def is_late(item: Any) -> bool:
    """Returns whether an item is one that nobody has looked at yet, see items.py."""
    return getattr(type(item), "is_late_item", False)
