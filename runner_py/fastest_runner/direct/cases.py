"""unittest's tests: what pytest's TestCaseFunction does that a Function does not.

For unittest the item is the test's result object: unittest tells it about errors, and the item keeps them until pytest
makes the report of a phase. This is known for the versions of pytest for which guards.knows_items is true.
"""

from __future__ import annotations

import sys
from typing import Any


def set_up(item: Any) -> None:
    """Does what TestCaseFunction.setup does, except filling the fixtures."""
    item._explicit_tearDown = None
    if sys.version_info < (3, 11):
        item._cached_errors_and_skips = None


def take_errors(item: Any) -> list[Any] | None:
    """Takes the errors that the item keeps for later reports. Each report takes one error, whatever its phase."""
    errors: list[Any] | None = vars(item).pop("_excinfo", None)
    return errors


def give_errors(item: Any, errors: list[Any]) -> None:
    item._excinfo = errors
