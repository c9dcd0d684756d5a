"""What plugins that are known do around a test, for the direct engine to have it done in their stead."""

from __future__ import annotations

import sys
from typing import Any, Callable

# What is called with the item around a whole test or its call.
Around = Callable[[Any], Any]


class Adapters:
    """The adapters of the plugins that are there; most sessions have none."""

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
        """What hypothesis would do in the first test that runs after it was imported."""
        core = sys.modules.get("hypothesis.core")
        if core is not None and self._config.pluginmanager.has_plugin("hypothesispytest"):
            core.pytest_shows_exceptiongroups = True
            core.running_under_pytest = True


def enter(functions: list[Around], item: Any) -> list[Any]:
    """Runs the first halves of wrappers. Give the result to `leave`."""
    generators = []
    for function in functions:
        generator = function(item)
        next(generator)
        generators.append(generator)
    return generators


def leave(generators: list[Any]) -> None:
    for generator in reversed(generators):
        next(generator, None)
