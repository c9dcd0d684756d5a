"""Has pytest's own terminal reporter write the texts of single reports.

The reporter writes summaries from its `stats`. Here it is given, for a moment, one report as all its stats and a
writer of ours: the text is then pytest's own, whatever its version, options and plugins make of it.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any, Iterator

from _pytest.config import create_terminal_writer

_COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")


class Renderer:
    """Texts of reports as the terminal shows them. `reporter` is the configured session's; None with -p no:terminal."""

    def __init__(self, config: Any, reporter: Any, color: bool, columns: int) -> None:
        self._config = config
        self._reporter = reporter
        self._color = color
        self._columns = columns or 80

    def writer(self, file: Any) -> Any:
        """A terminal writer as the user's terminal is, onto `file`."""
        writer = create_terminal_writer(self._config, file)
        writer.hasmarkup = self._color
        writer.fullwidth = self._columns
        return writer

    def block(self, category: str, report: Any, later_reports: list[Any]) -> tuple[str, str]:
        """What stands under the report's headline, without and with colours ("" if colours are not wanted).

        `later_reports` are those of the same test's teardown, whose captured output pytest appends.
        """
        colored = self._block(category, report, later_reports, color=True) if self._color else ""
        plain = self._block(category, report, later_reports, color=False)
        return self.plain(plain), colored

    def summary_line(self, category: str, word: str, report: Any) -> str:
        """The line of the short test summary, after its word."""
        char = {"failed": "f", "error": "E", "xfailed": "x", "xpassed": "X", "skipped": "s"}.get(category)
        if char is None or self._reporter is None:
            return ""
        folding = getattr(self._reporter, "foldskipped", True)
        if category == "skipped" and folding:
            return ""
        with self._writing({category: [report]}, color=False) as text, _changed(self._reporter, reportchars=char):
            self._reporter.short_test_summary()
        line = self.plain(text.getvalue()).strip("\n")
        return line[len(word) + 1 :] if line.startswith(word + " ") else line

    def plain(self, text: str) -> str:
        """`text` without colours: with colours wanted, pytest colours the differences in assertion messages too."""
        return _COLOR_CODES.sub("", text) if self._color else text

    def _block(self, category: str, report: Any, later_reports: list[Any], color: bool) -> str:
        reporter = self._reporter
        if reporter is None:
            return ""
        # pytest keeps reports without a category, such as a passed teardown's, under the empty name.
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
        # Titles and headlines are whoever prints the block's to write.
        with _changed(self._reporter, stats=stats, _tw=writer, currentfspath=None, write_sep=_write_nothing):
            yield text


def _write_nothing(*args: Any, **kwargs: Any) -> None:
    pass


@contextlib.contextmanager
def _changed(target: Any, **attributes: Any) -> Iterator[None]:
    """Gives the instance `target` other attributes for a while."""
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
