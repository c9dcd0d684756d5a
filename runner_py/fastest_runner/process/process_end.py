"""A worker's end, without taking apart what it was forked with.

At its end the interpreter empties sys.modules, collects garbage, and clears the globals of every module that is still
there. Of that, the pytest and the standard library that were loaded before the fork have the largest part, more than
10 ms of a worker's life, half of it for pages that the zygote's processes shared until then; and nobody can tell
whether it was done. So these modules, and no others, are held until the process is gone. All the rest ends as
always: atexit's callbacks, buffers, the project's modules and objects with their finalizers, also those that a test has
put into a module of the standard library, since only modules whose globals are what they were before the fork are held.

It must happen after everything of the project's that may still ask for a module, and before the interpreter goes
through sys.modules: so, while it does. It sets one entry after the other to None, and the first is ours.
"""

from __future__ import annotations

import operator
import sys
import types
from typing import Any

from .. import NAME

_NAME = f"{NAME}.first_module"

# Contains itself, and is never collected once the collector has frozen it: it outlives the interpreter.
_held: list[Any] = []
_held.append(_held)


class _FirstModule(types.ModuleType):
    """Nobody has a reference but sys.modules. `loaded`: by name a module and the values of its globals."""

    loaded: dict[str, tuple[types.ModuleType, tuple[Any, ...]]]

    def __del__(self) -> None:
        modules = sys.modules
        for name, (module, values) in self.loaded.items():
            if modules.get(name) is module and _same(tuple(vars(module).values()), values):
                _held.append(module)
                modules[name] = None  # type: ignore[assignment]


def _same(some: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    # Not `==`, which might ask objects of the project's.
    return len(some) == len(others) and all(map(operator.is_, some, others))


def hold_what_is_loaded() -> None:
    """Called before gc.freeze(), in the process that will fork. Called again, it adds what has been loaded since."""
    loaded = {name: (module, tuple(vars(module).values())) for name, module in sys.modules.items() if name != _NAME}
    first = _FirstModule(_NAME)
    first.loaded = loaded
    modules = {**sys.modules, _NAME: first}
    sys.modules.clear()
    sys.modules[_NAME] = first
    sys.modules.update(modules)
