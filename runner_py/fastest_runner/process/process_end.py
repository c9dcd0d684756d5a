"""Ends a worker without taking apart the modules that it was forked with.

At its end the interpreter empties sys.modules, collects garbage, and clears the globals of the modules that are left.
Most of that work, more than 10 ms, is for pytest and the standard library, which were loaded before the fork; half of
it is for memory pages that the zygote's processes share until then. Nobody can tell whether that work was done. So
modules that were loaded before the fork, and whose globals are unchanged since then, are held until the process is
gone. All the rest ends as always: atexit's callbacks, buffers, the project's modules, and objects with finalizers, even
an object that a test has put into a module of the standard library, since that module's globals have changed. Entries
that are no plain modules end as always too: reading their `__dict__` may run code, and they may have finalizers.

The modules must be held after all code of the project that may still ask for a module, and before the interpreter
clears sys.modules. So it happens while the interpreter does that: it sets entry after entry to None, and the first
entry is ours.
"""

from __future__ import annotations

import operator
import sys
import types
from typing import Any

from .. import NAME

_NAME = f"{NAME}.first_module"

# The list contains itself, and the collector never collects what it has frozen: so the list outlives the interpreter.
_held: list[Any] = []
_held.append(_held)


class _FirstModule(types.ModuleType):
    """Only sys.modules refers to it. `loaded` holds modules by name, with the values of their globals."""

    loaded: dict[str, tuple[types.ModuleType, tuple[Any, ...]]]

    def __del__(self) -> None:
        modules = sys.modules
        for name, (module, values) in self.loaded.items():
            if modules.get(name) is module and _is_plain(module) and _same(tuple(vars(module).values()), values):
                _held.append(module)
                modules[name] = None  # type: ignore[assignment]


def _is_plain(entry: Any) -> bool:
    return type(entry) is types.ModuleType


def _same(some: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    # Not `==`, which might call code of the project.
    return len(some) == len(others) and all(map(operator.is_, some, others))


def hold_what_is_loaded() -> None:
    """To be called before gc.freeze(), in the process that forks. Another call adds what was loaded since then."""
    plain = {name: module for name, module in sys.modules.items() if _is_plain(module)}
    loaded = {name: (module, tuple(vars(module).values())) for name, module in plain.items()}
    first = _FirstModule(_NAME)
    first.loaded = loaded
    modules = {**sys.modules, _NAME: first}
    sys.modules.clear()
    sys.modules[_NAME] = first
    sys.modules.update(modules)
