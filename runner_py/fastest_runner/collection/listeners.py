"""Finds listeners: hooks of plugins and conftests that have to run where the reports of all tests of a run arrive.

For example, pytest_runtest_logreport in a conftest that writes a list of failures is a listener. With several workers,
listeners run in the control session, as they run in pytest-xdist's controller. The control session is started for them,
and workers send it their reports in pytest's own serialized form (docs/adr/0030-replayed-reports.md).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import types
from typing import Any, Iterator

from .soundness import foreign_origin, place_of, words_of

# Called for each report as it comes. With pytest-xdist they are called in workers too.
_REPORT_HOOKS = ("pytest_runtest_logstart", "pytest_runtest_logreport", "pytest_runtest_logfinish")
_HOOKS = (
    *_REPORT_HOOKS,
    "pytest_collectreport",
    "pytest_warning_recorded",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
)
# Plugins whose controller has nothing to do with reports, or only with an option that starts a control session anyway.
# Their sources were read.
_KNOWN = frozenset({"_hypothesis_pytestplugin", "pytest_cov.plugin", "pytest_metadata.plugin"})

# Hooks in which a plugin may do something if it is in no worker, and the words by which it asks whether it is in one.
_PREPARING_HOOKS = ("pytest_configure", "pytest_sessionstart", "pytest_unconfigure")
_ROLE_WORDS = frozenset(
    {
        "workerinput",
        "slaveinput",
        "PYTEST_XDIST_WORKER",
        "is_xdist_worker",
        "is_xdist_controller",
        "is_xdist_master",
        "get_xdist_worker_id",
    }
)
# Plugins that ask, but need no control session, or need it only for one of the options below. Their sources were read,
# and tests/plugins runs them.
_KNOWN_TO_ASK = frozenset(
    {
        "pytest_bdd",
        "pytest_html",
        "pytest_instafail",
        "pytest_jsonreport",
        "pytest_randomly",
        "pytest_reportlog",
        "pytest_rerunfailures",
        "pytest_sugar",
        "random_order",
    }
)

# Options that make a plugin take part in a controller only. Nothing in a worker shows that the plugin does.
_OPTIONS = {
    "htmlpath": "--html",
    "json_report": "--json-report",
    "report_log": "--report-log",
    "cucumber_json_path": "--cucumberjson",
}


def _listening(config: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any, str]]:
    for name in names:
        caller = getattr(config.pluginmanager.hook, name, None)
        for implementation in caller.get_hookimpls() if caller is not None else ():
            origin = foreign_origin(implementation)
            if origin is not None and origin not in _KNOWN and origin.split(".", 1)[0] != "xdist":
                yield name, implementation, origin


def find(config: Any) -> str:
    """Returns who listens, for a person to read; empty if nobody does. All conftests have to be loaded."""
    for name, option in _OPTIONS.items():
        if getattr(config.option, name, None):
            return f"{option} writes a report of every test"
    for name, implementation, origin in _listening(config, _HOOKS):
        return f"{place_of(implementation, origin)} implements {name}"
    return ""


def find_preparing(config: Any) -> str:
    """Returns whose session start or end does something else outside of workers, for a person; empty if nobody's."""
    for name in _PREPARING_HOOKS:
        for implementation in getattr(config.pluginmanager.hook, name).get_hookimpls():
            origin = foreign_origin(implementation)
            if origin is None or origin.split(".", 1)[0] in _KNOWN_TO_ASK:
                continue
            reader = _Reader(origin.split(".", 1)[0], str(config.rootpath))
            if reader.asks_for_role(implementation.function):
                return f"{place_of(implementation, origin)} has a controller's part in {name}"
    return ""


class _Reader:
    """Reads a plugin's functions, in its package or in the project."""

    def __init__(self, package: str, root: str) -> None:
        self._package = package
        self._root = root
        self._seen: set[int] = set()

    def asks_for_role(self, function: Any) -> bool:
        """Returns True if the function, or a function that it names, has a word that asks for the worker's role."""
        function = getattr(function, "__func__", function)
        if not isinstance(function, types.FunctionType) or id(function) in self._seen:
            return False
        self._seen.add(id(function))
        names = words_of(function.__code__)
        if names & _ROLE_WORDS:
            return True
        values = [function.__globals__.get(name) for name in names]
        for module in [value for value in values if isinstance(value, types.ModuleType) and self._reads(value)]:
            values += [vars(module).get(name) for name in names]
        return any(
            self.asks_for_role(value)
            for value in values
            if isinstance(value, types.FunctionType) and self._reads(sys.modules.get(value.__module__))
        )

    def _reads(self, module: Any) -> bool:
        if module is None or module.__name__.split(".", 1)[0] == self._package:
            return module is not None
        file = str(getattr(module, "__file__", None) or "")
        return file.startswith(self._root + os.sep) and "site-packages" not in file


def hush(config: Any) -> None:
    """Has the hooks for reports print nothing here: they print in the control session, once for all workers."""
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
    """Drops all that this process writes to standard output from here on."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
