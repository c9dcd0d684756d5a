"""pytest's terminal reporter in a session that nobody watches: its text is dropped, less the parts that somebody reads.

Those parts are the header, and what plugins write in pytest_terminal_summary.
"""

from __future__ import annotations

import contextlib
import functools
import io
import sys
from typing import Any, Iterator

from .rendering import Renderer


class SilentTerminal:
    """One for a session, on its main thread."""

    def __init__(self) -> None:
        self._text = _NullText()
        # The lines below the versions of Python and pytest, once the session has started.
        self.header: list[str] = []
        # What plugins have written in their summaries.
        self.summary = io.StringIO()

    def replace_terminal_of(self, reporter: Any, renderer: Renderer, shows_paths: bool) -> None:
        """`shows_paths`: texts that somebody reads depend on whether the path of a file has just been written."""
        reporter._tw = renderer.writer(self._text)
        # The reporter would work out percentages and paths for each test.
        reporter._show_progress_info = False
        if not shows_paths:
            reporter.showfspath = False

    @contextlib.contextmanager
    def keeping_header(self) -> Iterator[None]:
        """For the time in which pytest writes its header."""
        text = self._text.keeping = io.StringIO()
        try:
            yield
        finally:
            self._text.keeping = None
        self.header = _below_versions(text.getvalue().splitlines())

    def keep_everything(self) -> None:
        """From here on the whole text is a part of the summary."""
        self._text.keeping = self.summary

    def keep_plugin_summaries(self, config: Any) -> None:
        """From here on only plugins' summaries are kept: coverage tables and the like."""
        self._text.keeping = None
        if not config.pluginmanager.hasplugin("terminalreporter"):
            return
        for implementation, function, origin in _plugin_summaries(config):
            if origin == "_hypothesis_pytestplugin" and _hypothesis_is_silent(config):
                implementation.function = _write_nothing
            else:
                implementation.function = functools.partial(self._write_summary, function)

    def _write_summary(self, function: Any, *args: Any) -> Any:
        self._text.keeping = self.summary
        try:
            return function(*args)
        finally:
            self._text.keeping = None


def set_width(reporter: Any, columns: int) -> None:
    """Has a reporter whose text the user reads take the width of the user's terminal."""
    reporter._tw.fullwidth = columns
    reporter._screen_width = columns


def drop_plugin_summaries(config: Any) -> None:
    """Has no plugin write a summary: a controller's side of it does. (Workers of pytest-xdist have no terminal.)"""
    for implementation, _, _ in _plugin_summaries(config):
        implementation.function = _write_nothing


class _NullText:
    """A text file that drops what is written, or keeps it while `keeping` holds a StringIO."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self) -> None:
        self.keeping: io.StringIO | None = None

    def write(self, text: str) -> int:
        if self.keeping is not None:
            self.keeping.write(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def _below_versions(lines: list[str]) -> list[str]:
    """The lines of a header below "test session starts" and the line with the versions."""
    for number, line in enumerate(lines):
        if line.startswith("platform "):
            return lines[number + 1 :]
    return lines[1:]


def _plugin_summaries(config: Any) -> Iterator[tuple[Any, Any, str]]:
    """Implementations of pytest_terminal_summary that are not pytest's own, their functions, and modules of these."""
    for implementation in config.hook.pytest_terminal_summary.get_hookimpls():
        function = implementation.function
        origin = str(getattr(function, "__module__", ""))
        wraps = implementation.hookwrapper or getattr(implementation, "wrapper", False)
        if not wraps and not origin.startswith("_pytest."):
            yield implementation, function, origin


def _hypothesis_is_silent(config: Any) -> bool:
    """True if it would only import itself, which takes longer than a thousand quick tests."""
    return "hypothesis" not in sys.modules and not config.getoption("--hypothesis-show-statistics", True)


def _write_nothing(*args: Any) -> None:
    pass
