"""Finds listeners: hooks of plugins and conftests that have to run where the reports of all tests of a run arrive.

For example, pytest_runtest_logreport in a conftest that writes a list of failures is a listener. With several workers,
listeners run in the control session, as they run in pytest-xdist's controller. The control session is started for them,
and workers send it their reports in pytest's own serialized form (docs/adr/0030-replayed-reports.md).
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from typing import Any, Iterator

from ..process import process_setup
from .soundness import foreign_origin, place_of

# Called for each report as it comes. With pytest-xdist they are called in workers too.
_REPORT_HOOKS = ("pytest_runtest_logstart", "pytest_runtest_logreport", "pytest_runtest_logfinish")
# Called with a session's exit status, in workers too.
_STATUS_HOOKS = ("pytest_sessionfinish", "pytest_terminal_summary")
_HOOKS = (
    *_REPORT_HOOKS,
    "pytest_collectreport",
    "pytest_warning_recorded",
    *_STATUS_HOOKS,
    # pytest-xdist's two sides call these for each report, or for each test whose worker has died.
    "pytest_report_to_serializable",
    "pytest_report_from_serializable",
    "pytest_handlecrashitem",
)
# Plugins whose controller has nothing to do with reports, or only with an option that starts a control session anyway.
# Their sources were read.
_KNOWN = frozenset({"_hypothesis_pytestplugin", "pytest_cov.plugin", "pytest_metadata.plugin"})
# This plugin gives the form of its own reports, and asks nothing of others.
_OF_OWN_REPORTS = ("pytest_report_to_serializable", "pytest_report_from_serializable")
_WITH_OWN_REPORTS = "pytest_subtests"

# Options that make a plugin take part in a controller only. Nothing in a worker shows that the plugin does.
_OPTIONS = {
    "htmlpath": "--html",
    "json_report": "--json-report",
    "report_log": "--report-log",
    "cucumber_json_path": "--cucumberjson",
}


# Hooks of pytest-xdist that tell the controller what each worker has collected.
_COLLECTION_HOOK = "pytest_xdist_node_collection_finished"


def _listening(config: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any, str]]:
    for name in names:
        caller = getattr(config.pluginmanager.hook, name, None)
        for implementation in caller.get_hookimpls() if caller is not None else ():
            origin = foreign_origin(implementation)
            if origin is None or origin in _KNOWN:
                continue
            package = origin.split(".", 1)[0]
            if package != "xdist" and not (package == _WITH_OWN_REPORTS and name in _OF_OWN_REPORTS):
                yield name, implementation, origin


def find(config: Any) -> str:
    """Returns who listens, for a person to read; empty if nobody does. All conftests have to be loaded."""
    for name, option in _OPTIONS.items():
        if getattr(config.option, name, None):
            return f"{option} writes a report of every test"
    for name, implementation, origin in _listening(config, _HOOKS):
        return f"{place_of(implementation, origin)} implements {name}"
    return ""


def hear_exit_status(config: Any) -> bool:
    """Whether a hook is told a session's exit status."""
    return any(True for _ in _listening(config, _STATUS_HOOKS))


def wants_collection(config: Any) -> bool:
    """Whether a hook of the controller wants to see what each worker has collected."""
    return any(True for _ in _listening(config, (_COLLECTION_HOOK,)))


def serializer(config: Any) -> str:
    """Returns who wants to see each report before it travels, for a person to read; empty if nobody does."""
    for name, implementation, origin in _listening(config, ("pytest_report_to_serializable",)):
        return f"{place_of(implementation, origin)} implements {name}"
    return ""


def hush(config: Any, wholly: bool = False) -> None:
    """Has the hooks for reports print nothing here: they print in the control session, once for all workers.

    `wholly`: a plugin may have kept the stream. So nothing that the process writes meanwhile is seen.
    """
    for _, implementation, _ in _listening(config, _REPORT_HOOKS):
        if not implementation.hookwrapper and not getattr(implementation, "wrapper", False):
            implementation.function = (_WhollyHushed if wholly else _Hushed)(implementation.function)


class _Hushed:
    def __init__(self, function: Any) -> None:
        # The direct engine knows by these whose implementation it is.
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, *args: Any) -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return self._function(*args)


class _WhollyHushed(_Hushed):
    def __call__(self, *args: Any) -> Any:
        process_setup.flush_stdout()
        stdout = os.dup(1)
        hush_process()
        try:
            return super().__call__(*args)
        finally:
            let_process_speak(stdout)
            os.close(stdout)


def hush_process() -> None:
    """Drops all that this process writes to standard output from here on."""
    process_setup.flush_stdout()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def let_process_speak(stdout: int) -> None:
    """Ends what hush_process has begun. `stdout` is a duplicate of standard output from before, and is kept."""
    process_setup.flush_stdout()
    os.dup2(stdout, 1)
