"""How a session ended: what the agent is told when all is over."""

from __future__ import annotations

from typing import Any

import pytest

from ..wire.values import text_of


class Ending:
    """One for a session. Its hooks fill it, and the worker sends it."""

    def __init__(self) -> None:
        # Why the session ended before its last test; empty if it did not.
        self.stop_reason = ""
        # The same, if a loop of the project left tests out.
        self._loop_reason = ""
        # Whether somebody called pytest.exit, or interrupted the session.
        self.exit_called = False
        # pytest's text of an error in pytest or a plugin; empty if there was none.
        self.internal_error = ""
        # What a worker tells the control session, as values.encode writes it.
        self.worker_output = ""
        # Names and values that tests have recorded for the whole suite, for a JUnit report.
        self.testsuite_properties: list[tuple[str, str]] = []

    def note_interruption(self, excinfo: Any) -> None:
        """Of pytest_keyboard_interrupt. The reason is the line that pytest's reporter ends with."""
        reason = text_of(excinfo, lambda found: found.exconly(tryshort=True))
        if isinstance(excinfo.value, pytest.Session.Interrupted):
            self.stop_reason = self.stop_reason or reason
            return
        self.exit_called = True
        self.stop_reason = reason

    def note_loop(self, place: str, not_run: int) -> None:
        """A loop of the project took the place of pytest's. Why the session ended comes before that, if it is known."""
        left_out = f"{not_run} test{'s' if not_run != 1 else ''} out" if not_run else "nothing out"
        self._loop_reason = f"{place} runs the tests in a loop of its own, which left {left_out}"

    def note_internal_error(self, excrepr: Any) -> None:
        """Of pytest_internalerror."""
        self.internal_error = "".join(f"INTERNALERROR> {line}\n" for line in str(excrepr).split("\n"))

    def message(self, exit_status: int, terminal_summary: str) -> dict[str, Any]:
        """The Ended message."""
        ended: dict[str, Any] = {
            "exit_status": exit_status,
            "stop_reason": self.stop_reason or self._loop_reason,
            "exit_called": self.exit_called,
            "terminal_summary": terminal_summary,
        }
        if self.worker_output:
            ended["worker_output"] = self.worker_output
        if self.testsuite_properties:
            ended["testsuite_properties"] = [
                {"name": name, "value": value} for name, value in self.testsuite_properties
            ]
        return ended
