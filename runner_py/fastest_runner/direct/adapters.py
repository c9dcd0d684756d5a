"""Adapters: what known plugins do around a test. The direct engine calls it in place of the plugins' hooks."""

from __future__ import annotations

import sys
from typing import Any, Callable

# A wrapper around a whole test or its call. It gets the item.
Around = Callable[[Any], Any]


class Adapters:
    """The adapters of the plugins in a session. Most sessions have none."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self.around_protocol: list[Around] = []
        self.around_call: list[Around] = []
        plugins = config.pluginmanager
        timeout = sys.modules.get("pytest_timeout")
        if timeout is not None and plugins.has_plugin("timeout") and plugins.is_registered(timeout):
            self.around_protocol.append(timeout.pytest_runtest_protocol)
            self.around_call.append(timeout.pytest_runtest_call)
        self.are_any = bool(self.around_protocol)

    def prepare(self) -> None:
        """Does what hypothesis does in the first test after its import."""
        core = sys.modules.get("hypothesis.core")
        if core is not None and self._config.pluginmanager.has_plugin("hypothesispytest"):
            core.pytest_shows_exceptiongroups = True
            core.running_under_pytest = True


def enter(functions: list[Around], item: Any) -> list[Any]:
    """Runs the first halves of wrappers. The result is for `leave`."""
    generators = []
    for function in functions:
        generator = function(item)
        next(generator)
        generators.append(generator)
    return generators


def leave(generators: list[Any]) -> None:
    for generator in reversed(generators):
        next(generator, None)
