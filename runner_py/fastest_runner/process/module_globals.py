"""Reads the globals of any entry of sys.modules without running code of the entry.

An entry may be any object, and a module's class may be of another package. For example, `py` loads all of its modules
when somebody reads its `__dict__`, and a module of importlib.util.LazyLoader is executed when somebody reads one of its
attributes.
"""

from __future__ import annotations

import types
from typing import Any

_read = types.ModuleType.__dict__["__dict__"].__get__


def globals_of(entry: Any) -> dict[str, Any]:
    """Returns the globals of a module. Empty for an object that is no module."""
    return (_read(entry) or {}) if issubclass(type(entry), types.ModuleType) else {}
