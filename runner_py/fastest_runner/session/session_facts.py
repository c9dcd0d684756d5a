"""What others need to know of a configured session: versions, places, options, capture files."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest

# Options, with the names of their destinations.
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
# Destinations of options by which pytest leaves out tests that it collects.
_SELECTING = ("keyword", "markexpr", "deselect", "lf", "stepwise")
_INI_VALUES = (
    "junit_family",
    "junit_logging",
    "junit_suite_name",
    "junit_duration_report",
    "junit_log_passing_tests",
    "console_output_style",
)


def of_session(config: Any) -> dict[str, Any]:
    """Fields of the Ready message."""
    stdout_fd, stderr_fd = _capture_descriptors(config)
    return {
        "python_version": ".".join(map(str, sys.version_info[:3])),
        "pytest_version": pytest.__version__,
        "rootdir": str(config.rootpath),
        "inipath": str(config.inipath or ""),
        "stdout_fd": stdout_fd,
        "stderr_fd": stderr_fd,
        "pid": os.getpid(),
        "options": _option_values(config),
    }


def _option_values(config: Any) -> dict[str, str]:
    """Returns options that reports depend on, as texts. Options that are not set or not known are left out."""
    values: dict[str, Any] = {}
    for name, dest in _OPTIONS.items():
        values[name] = getattr(config.option, dest, None)
    for name in _INI_VALUES:
        try:
            values[name] = config.getini(name)
        except (KeyError, ValueError):
            # This version of pytest does not know the value, or its plugin is off.
            continue
    # Where pytest keeps its cache. Without the cache's plugin there is none.
    values["cache_dir"] = getattr(getattr(config, "cache", None), "_cachedir", None)
    values["selects"] = any(getattr(config.option, dest, None) for dest in _SELECTING)
    values["lastfailed_collected"] = _last_failed_of_collection(config)
    values["exitfirst"] = values.get("maxfail") == 1
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        # The reporter combines -r, --disable-warnings and the defaults.
        values["reportchars"] = getattr(reporter, "reportchars", values["reportchars"])
    return {name: _text(value) for name, value in values.items() if value is not None}


def _last_failed_of_collection(config: Any) -> str | None:
    """Returns what the collection has changed in pytest's list of failed tests, where --lf or --ff reads that list.

    A file that could not be imported last time leaves the list when it can, and its tests that are chosen enter it.
    """
    plugin = config.pluginmanager.get_plugin("lfplugin")
    if not getattr(plugin, "active", False):
        return None
    # Some versions of pytest have a type of their own for ids.
    saved = set(map(str, config.cache.get("cache/lastfailed", {})))
    now = set(map(str, plugin.lastfailed))
    return json.dumps({"gone": sorted(saved - now), "new": sorted(now - saved)})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _capture_descriptors(config: Any) -> tuple[int, int]:
    """Returns descriptors of the files into which pytest captures stdout and stderr; -1 if it does not."""
    capture_manager = config.pluginmanager.get_plugin("capturemanager")
    capturing = getattr(capture_manager, "_global_capturing", None)
    return _descriptor(getattr(capturing, "out", None)), _descriptor(getattr(capturing, "err", None))


def _descriptor(capture: Any) -> int:
    try:
        return capture.tmpfile.fileno()
    except (AttributeError, OSError, ValueError):
        return -1


def only_answers(config: Any) -> bool:
    """Returns True if an option asks pytest for an answer without running tests, as --help and --fixtures do."""
    option = config.option
    names = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")
    return any(getattr(option, name, None) for name in names)
