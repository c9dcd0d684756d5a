"""Silences pytest's terminal reporter in a session that nobody watches.

The reporter's text is dropped, except four parts: the header, the lines of pytest_report_collectionfinish, what plugins
write in pytest_terminal_summary, and what pytest would capture. For example, pytest writes the letter of a subtest of
unittest's while the test runs: the letter is then a part of the test's own captured output.
"""

from __future__ import annotations

import contextlib
import functools
import io
import sys
from typing import Any, Iterator

from _pytest.capture import FDCapture

from .rendering import Renderer


class SilentTerminal:
    """One for a session, on its main thread."""

    def __init__(self) -> None:
        self._text = _NullText()
        # The header's lines below the versions of Python and pytest, once the session has started.
        self.header: list[str] = []
        # The lines of plugins below the number of tests.
        self.below_number = ""
        # What plugins have written in their summaries.
        self.summary = io.StringIO()

    def replace_terminal_of(self, reporter: Any, renderer: Renderer, shows_paths: bool) -> None:
        """`shows_paths`: the reporter still writes paths of files. A kept text may depend on the line before it."""
        self._text.captured_by(reporter.config.pluginmanager.getplugin("capturemanager"), reporter._tw._file)
        reporter._tw = renderer.writer(self._text)
        # For each test the reporter would work out percentages and paths.
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

    def keep_lines_below_number(self, reporter: Any) -> None:
        """For the time after the header: keeps what plugins have to say of the collection."""
        write_lines = reporter._write_report_lines_from_hooks

        def keep(lines: Any) -> None:
            text = self._text.keeping = io.StringIO()
            try:
                write_lines(lines)
            finally:
                self._text.keeping = None
            self.below_number = text.getvalue()

        reporter._write_report_lines_from_hooks = keep

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
    """For a reporter whose text the user reads: sets the width of the user's terminal."""
    reporter._tw.fullwidth = columns
    reporter._screen_width = columns


def drop_own_summaries(reporter: Any) -> None:
    """Keeps pytest's reporter from writing its summaries once more, which nobody sees: each result has its text.

    A report that the reporter cannot show would end the session with an error, and other workers' tests with it.
    """
    for name in _OWN_SUMMARIES:
        if hasattr(reporter, name):
            setattr(reporter, name, _write_nothing)


_OWN_SUMMARIES = (
    "summary_errors",
    "summary_failures",
    "summary_xfailures",
    "summary_warnings",
    "summary_passes",
    "summary_xpasses",
    "short_test_summary",
)


class _NullText:
    """A text file: drops written text, keeps it while `keeping` holds a StringIO, or leaves it to pytest's capture."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self) -> None:
        self.keeping: io.StringIO | None = None
        # Whether written text is captured while pytest's capture is on. direct/replay.py sets it.
        self.is_captured = True
        self._capture: Any = None
        self._original: Any = None

    def captured_by(self, manager: Any, original: Any) -> None:
        """`original`: the file that pytest would write to. Its descriptor is redirected while pytest captures."""
        capturing = getattr(manager, "_global_capturing", None)
        out = getattr(capturing, "out", None)
        self._capture = out if isinstance(out, FDCapture) else None
        self._original = original

    def write(self, text: str) -> int:
        if self.keeping is not None:
            self.keeping.write(text)
        elif self._capture is not None and self.is_captured and self._capture._state == "started":
            self._original.write(text)
            # Before the capture ends.
            self._original.flush()
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
    """Yields foreign implementations of pytest_terminal_summary, with their functions and the functions' modules."""
    for implementation in config.hook.pytest_terminal_summary.get_hookimpls():
        function = implementation.function
        origin = str(getattr(function, "__module__", ""))
        wraps = implementation.hookwrapper or getattr(implementation, "wrapper", False)
        if not wraps and not origin.startswith("_pytest."):
            yield implementation, function, origin


def _hypothesis_is_silent(config: Any) -> bool:
    """Returns True if hypothesis would only import itself. That takes longer than a thousand quick tests."""
    return "hypothesis" not in sys.modules and not config.getoption("--hypothesis-show-statistics", True)


def _write_nothing(*args: Any) -> None:
    pass
