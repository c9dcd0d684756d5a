"""What others need to know of a configured session: options, capture files, and what plugins have to say at its end."""

from __future__ import annotations

import functools
import sys
from typing import Any, Iterator, TextIO

from .streams import NullText

# Options by their destination; those that are ini-file values stand below.
_OPTIONS = {
    "maxfail": "maxfail",
    "verbose": "verbose",
    "tbstyle": "tbstyle",
    "reportchars": "reportchars",
    "durations": "durations",
    "durations_min": "durations_min",
    "junit_suite_prefix": "junitprefix",
    "continue_on_collection_errors": "continue_on_collection_errors",
    "collectonly": "collectonly",
    "showcapture": "showcapture",
    "capture": "capture",
    "color": "color",
    "no_summary": "no_summary",
    "no_header": "no_header",
    "disable_warnings": "disable_warnings",
    "keepduplicates": "keepduplicates",
    "fold_skipped": "fold_skipped",
    "xfail_tb": "xfail_tb",
    "max_warnings": "max_warnings",
}
_INI_VALUES = (
    "junit_family",
    "junit_logging",
    "junit_suite_name",
    "junit_duration_report",
    "junit_log_passing_tests",
    "console_output_style",
)


def option_values(config: Any) -> dict[str, str]:
    """Options that reports depend on, as texts; what this pytest does not have, or what is not set, is left out."""
    values: dict[str, Any] = {}
    for name, dest in _OPTIONS.items():
        values[name] = getattr(config.option, dest, None)
    for name in _INI_VALUES:
        try:
            values[name] = config.getini(name)
        except (KeyError, ValueError):
            # Not known to this pytest, or its plugin is off.
            continue
    # Where pytest keeps its cache; nobody has it without that plugin.
    values["cache_dir"] = getattr(getattr(config, "cache", None), "_cachedir", None)
    values["exitfirst"] = values.get("maxfail") == 1
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        # With what -r, --disable-warnings and the defaults come to.
        values["reportchars"] = getattr(reporter, "reportchars", values["reportchars"])
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def capture_descriptors(config: Any) -> tuple[int, int]:
    """Descriptors of the files into which pytest captures stdout and stderr, -1 where it does not."""
    capture_manager = config.pluginmanager.get_plugin("capturemanager")
    capturing = getattr(capture_manager, "_global_capturing", None)
    return _descriptor(getattr(capturing, "out", None)), _descriptor(getattr(capturing, "err", None))


def _descriptor(capture: Any) -> int:
    try:
        return capture.tmpfile.fileno()
    except (AttributeError, OSError, ValueError):
        return -1


def _plugin_summaries(config: Any) -> Iterator[tuple[Any, Any, str]]:
    """Implementations of pytest_terminal_summary that are not pytest's own, their functions, and modules of these."""
    for implementation in config.hook.pytest_terminal_summary.get_hookimpls():
        function = implementation.function
        origin = str(getattr(function, "__module__", ""))
        wraps = implementation.hookwrapper or getattr(implementation, "wrapper", False)
        if not wraps and not origin.startswith("_pytest."):
            yield implementation, function, origin


def drop_plugin_summaries(config: Any) -> None:
    """Has no plugin write a summary: a controller's side of it does. (Workers of pytest-xdist have no terminal.)"""
    for implementation, _, _ in _plugin_summaries(config):
        implementation.function = _write_nothing


def keep_plugin_summaries(config: Any, terminal: NullText, kept: TextIO) -> None:
    """Keeps what plugins other than pytest's own write in pytest_terminal_summary: coverage tables and the like."""
    for implementation, function, origin in _plugin_summaries(config):
        if origin == "_hypothesis_pytestplugin" and _hypothesis_is_silent(config):
            implementation.function = _write_nothing
        else:
            implementation.function = functools.partial(_write_to, terminal, kept, function)


def _hypothesis_is_silent(config: Any) -> bool:
    """True if it would only import itself, which takes longer than a thousand quick tests."""
    return "hypothesis" not in sys.modules and not config.getoption("--hypothesis-show-statistics", True)


def _write_nothing(*args: Any) -> None:
    pass


def _write_to(terminal: NullText, kept: TextIO, function: Any, *args: Any) -> Any:
    terminal.keeping = kept
    try:
        return function(*args)
    finally:
        terminal.keeping = None
