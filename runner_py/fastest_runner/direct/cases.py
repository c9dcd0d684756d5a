"""Tests of unittest's: what pytest's TestCaseFunction does beside what a Function does.

unittest runs such a test and tells the item, its result, what came of it; the item keeps that until pytest makes the
report of a phase. Known of the versions that guards.knows_items is true for.
"""

from __future__ import annotations

import sys
from typing import Any


def set_up(item: Any) -> None:
    """What TestCaseFunction.setup does beside filling the fixtures."""
    item._explicit_tearDown = None
    if sys.version_info < (3, 11):
        item._cached_errors_and_skips = None


def take_errors(item: Any) -> list[Any] | None:
    """What is kept for reports still to be made: each takes one, whatever its phase."""
    errors: list[Any] | None = vars(item).pop("_excinfo", None)
    return errors


def give_errors(item: Any, errors: list[Any]) -> None:
    item._excinfo = errors
