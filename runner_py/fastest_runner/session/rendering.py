"""Has pytest's own terminal reporter write the texts of single reports.

The reporter writes summaries from its `stats`. Here it gets a writer of ours for a moment, and one report as all its
stats. So the text is pytest's own, with any version, options and plugins.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any, Iterator

from _pytest.config import create_terminal_writer
from _pytest.terminal import TerminalReporter

_COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")


class Renderer:
    """Writes texts of reports as the terminal shows them. `reporter` is the session's; None with -p no:terminal."""

    def __init__(self, config: Any, reporter: Any, color: bool, columns: int) -> None:
        self._config = config
        self._reporter = reporter
        self._color = color
        self._columns = columns or 80

    def writer(self, file: Any) -> Any:
        """Returns a terminal writer to `file`, with the colours and the width of the user's terminal."""
        writer = create_terminal_writer(self._config, file)
        writer.hasmarkup = self._color
        writer.fullwidth = self._columns
        return writer

    def block(self, category: str, report: Any, later_reports: list[Any]) -> tuple[str, str]:
        """Returns the text under a report's headline, without colours and with them ("" if colours are not wanted).

        `later_reports` are the reports of the same test's teardown. pytest appends their captured output.
        """
        colored = self._block(category, report, later_reports, color=True) if self._color else ""
        plain = self._block(category, report, later_reports, color=False)
        return self.plain(plain), colored

    def summary_line(self, category: str, word: str, report: Any) -> str:
        """Returns the report's line in the short test summary, after its first word."""
        char = {"failed": "f", "error": "E", "xfailed": "x", "xpassed": "X", "skipped": "s"}.get(category)
        if char is None or self._reporter is None:
            return ""
        folding = getattr(self._reporter, "foldskipped", True)
        if category == "skipped" and folding:
            return ""
        with contextlib.ExitStack() as stack:
            text = stack.enter_context(self._writing({category: [report]}, color=False))
            stack.enter_context(_changed(self._reporter, reportchars=char))
            if not hasattr(self._config, "workerinput"):
                # The reporter of a single session asks pytest_report_teststatus for the word in its own summary.
                words = {"_get_verbose_word": lambda *_: word, "_get_verbose_word_with_markup": lambda *_: (word, {})}
                stack.enter_context(_changed(report, **words))
            # A plugin's reporter may draw a table of all failures here. Only the line of this report is wanted.
            TerminalReporter.short_test_summary(self._reporter)
        line = self.plain(text.getvalue()).strip("\n")
        return line[len(word) + 1 :] if line.startswith(word + " ") else line

    def plain(self, text: str) -> str:
        """Returns `text` without colours. If colours are wanted, pytest colours parts of assertion messages too."""
        return _COLOR_CODES.sub("", text) if self._color else text

    def _block(self, category: str, report: Any, later_reports: list[Any], color: bool) -> str:
        reporter = self._reporter
        if reporter is None:
            return ""
        # pytest keeps reports without a category under the empty name. A passed teardown has such a report.
        stats = {"": later_reports, category: [report]}
        with self._writing(stats, color) as text:
            if category == "error":
                reporter.summary_errors()
            elif category == "failed":
                reporter.summary_failures()
            elif category == "xfailed" and hasattr(reporter, "summary_xfailures"):
                reporter.summary_xfailures()
            elif category == "passed":
                reporter.summary_passes()
            elif category == "xpassed" and hasattr(reporter, "summary_xpasses"):
                reporter.summary_xpasses()
        return text.getvalue()

    @contextlib.contextmanager
    def _writing(self, stats: dict[str, list[Any]], color: bool) -> Iterator[io.StringIO]:
        text = io.StringIO()
        writer = self.writer(text)
        writer.hasmarkup = color
        # The program that prints the text writes titles and headlines.
        with _changed(self._reporter, stats=stats, _tw=writer, currentfspath=None, write_sep=_write_nothing):
            yield text


def _write_nothing(*args: Any, **kwargs: Any) -> None:
    pass


@contextlib.contextmanager
def _changed(target: Any, **attributes: Any) -> Iterator[None]:
    """Changes attributes of the instance `target` for a while."""
    kept = {name: vars(target)[name] for name in attributes if name in vars(target)}
    for name, value in attributes.items():
        setattr(target, name, value)
    try:
        yield
    finally:
        for name in attributes:
            if name in kept:
                setattr(target, name, kept[name])
            else:
                delattr(target, name)
