"""Who, besides pytest, is told of what came of tests: hooks that have to run where all of a run's reports are.

With several workers that is the control session, as the controller is with pytest-xdist. It is started for them, and
workers send their reports in pytest's own serialized form (docs/adr/0030-replayed-reports.md).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any, Iterator

from .soundness import foreign_origin, place_of

# Called for reports as they come, by pytest-xdist in workers too.
_REPORT_HOOKS = ("pytest_runtest_logstart", "pytest_runtest_logreport", "pytest_runtest_logfinish")
_HOOKS = (
    *_REPORT_HOOKS,
    "pytest_collectreport",
    "pytest_warning_recorded",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
)
# Plugins whose controller has nothing to do with reports, or nothing unless an option asks for it which then has a
# session of its own anyway. Their sources were read.
_KNOWN = frozenset({"_hypothesis_pytestplugin", "pytest_cov.plugin", "pytest_metadata.plugin"})


# Where plugins keep the options for which they take part, in a controller only: in a worker nothing is seen of them.
_OPTIONS = {"htmlpath": "--html", "json_report": "--json-report", "report_log": "--report-log"}


def _listening(config: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any, str]]:
    for name in names:
        caller = getattr(config.pluginmanager.hook, name, None)
        for implementation in caller.get_hookimpls() if caller is not None else ():
            origin = foreign_origin(implementation)
            if origin is not None and origin not in _KNOWN and origin.split(".", 1)[0] != "xdist":
                yield name, implementation, origin


def find(config: Any) -> str:
    """Who listens, for a person; empty if nobody does. Every conftest has to be loaded."""
    for name, option in _OPTIONS.items():
        if getattr(config.option, name, None):
            return f"{option} writes a report of every test"
    for name, implementation, origin in _listening(config, _HOOKS):
        return f"{place_of(implementation, origin)} implements {name}"
    return ""


def hush(config: Any) -> None:
    """Has the hooks for reports print nothing: they do in the control session, once for all workers."""
    for _, implementation, _ in _listening(config, _REPORT_HOOKS):
        if not implementation.hookwrapper and not getattr(implementation, "wrapper", False):
            implementation.function = _Hushed(implementation.function)


class _Hushed:
    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any) -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return self._function(*args)


def hush_process() -> None:
    """Nothing that this process writes on its standard output is seen from here on."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
