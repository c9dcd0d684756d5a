"""A worker's part where a control session runs beside the workers (control_session.py has the other part).

A control session is started where the run asks for one, as with --cov, or where a hook listens for reports of tests,
such as a plugin that writes a page of them. Then that hook prints nothing here: it is called in the control session,
once for all workers.
"""

from __future__ import annotations

import ast
from typing import Any

from ..collection import listeners
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

    def finish_session(self, config: Any) -> None:
        """Before the session's last hooks."""
        if self.listener:
            listeners.hush_process()
        if self.is_played:
            drop_plugin_summaries(config)

    def output(self, config: Any) -> str:
        """What plugins have left for their controller's part, as a Python literal, when the session is over."""
        if self.listener:
            # pytest's capture has given standard output back.
            listeners.hush_process()
        return _literal_of(config.workeroutput) if self.is_played else ""


def _literal_of(output: dict[str, Any]) -> str:
    """Returns a Python literal, since the values may hold bytes.

    As with pytest-xdist, values have built-in types. Other values are left out, and so are too long ones.
    """
    parts = []
    left = _MOST_CHARACTERS
    for name, value in output.items():
        text = f"{name!r}:{value!r}"
        if len(text) <= left and _is_literal(text):
            parts.append(text)
            left -= len(text)
    return "{" + ",".join(parts) + "}"


def _is_literal(item: str) -> bool:
    try:
        ast.literal_eval("{" + item + "}")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True
