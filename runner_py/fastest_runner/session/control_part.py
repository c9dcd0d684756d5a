"""A worker's part where a control session runs beside the workers (control_session.py has the other part).

A control session is started where the run asks for one, as with --cov, or where a hook listens for reports of tests,
such as a plugin that writes a page of them. Then that hook prints nothing here: it is called in the control session,
once for all workers.
"""

from __future__ import annotations

from typing import Any

from ..collection import listeners
from ..wire import values
from .silent_terminal import drop_plugin_summaries

# The most that one worker tells the control session.
_MOST_CHARACTERS = 4 << 20


class ControlPart:
    """One for a worker's session."""

    def __init__(self, is_asked_for: bool) -> None:
        self._is_asked_for = is_asked_for
        # Who listens for reports, for a person to read; empty if nobody does.
        self.listener = ""
        # Whether somebody has a controller's part at the session's start or end too.
        self.listener_prepares = False

    @property
    def is_played(self) -> bool:
        """Whether there is a control session, as far as is known by now."""
        return self._is_asked_for or bool(self.listener)

    def find_listeners(self, config: Any) -> None:
        """Once every conftest is loaded."""
        if hasattr(config, "workerinput"):
            preparing = listeners.find_preparing(config)
            self.listener = listeners.find(config) or preparing
            self.listener_prepares = bool(preparing)
        if self.listener:
            listeners.hush(config)

    def finish_session(self, session: Any, exitstatus: int) -> None:
        """Before the session's last hooks."""
        config = session.config
        if hasattr(config, "workeroutput"):
            # As a worker of pytest-xdist says it.
            config.workeroutput.update(
                exitstatus=int(exitstatus), shouldfail=session.shouldfail, shouldstop=session.shouldstop
            )
        if self.listener:
            listeners.hush_process()
        if self.is_played:
            drop_plugin_summaries(config)

    def output(self, config: Any) -> str:
        """What plugins have left for their controller's part, as values.encode writes it, when the session is over."""
        if self.listener:
            # pytest's capture has given standard output back.
            listeners.hush_process()
        return _told_of(config.workeroutput) if self.is_played else ""


def _told_of(output: dict[str, Any]) -> str:
    """Returns the values as a text. Those that are too long are left out."""
    told = {}
    left = _MOST_CHARACTERS
    for name, value in output.items():
        try:
            length = len(values.encode({name: value}))
        except Exception:
            continue
        if length <= left:
            told[name] = value
            left -= length
    return values.encode(told)
