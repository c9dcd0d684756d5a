"""A worker's part where a control session runs beside the workers (control_session.py has the other part).

A control session is started in one of four cases:

  - The run asks for one, as with --cov.
  - pytest was called with --fastest. That process is the control session.
  - A conftest or plugin speaks of pytest-xdist's roles. Then the worker waits, before it loads any plugin, until the
    control session is configured (docs/adr/0049-the-controller-first.md).
  - A hook listens for reports of tests, such as a plugin that writes a page of them.

A hook that listens prints nothing here: it is called in the control session, once for all workers.
"""

from __future__ import annotations

import os
from typing import Any

from ..collection import listeners
from ..roles import role_words, scheduling
from ..roles.node import Node
from ..wire import values
from .batches import Messages

# The most that one worker tells the control session.
_MOST_CHARACTERS = 4 << 20


class ControlPart:
    """One for a worker's session."""

    def __init__(self, is_asked_for: bool, has_caller: bool) -> None:
        """`has_caller`: the control session is the process that called for the run (RunSpec.controller)."""
        self._is_asked_for = is_asked_for
        self._has_caller = has_caller
        # The worker was set up by the control session, as the project plays pytest-xdist's roles.
        self.is_met = False
        # Who listens for reports, for a person to read; empty if nobody does.
        self.listener = ""
        # Where this process printed before the control session did so for it.
        self._stdout = -1
        # What plugins have put into the worker's input there.
        self.worker_input: dict[Any, Any] = {}
        # Why the collection must be whole. None: the control session does not mind.
        self.reason_for_whole: str | None = None
        # How a scheduler of the project keeps tests together. None: as their marks say.
        self.groups: scheduling.Groups | None = None

    @property
    def is_played(self) -> bool:
        """Whether there is a control session, as far as is known by now."""
        return self._is_asked_for or self._is_heard_there

    @property
    def _is_heard_there(self) -> bool:
        """Whether what plugins print here, they print in the control session too."""
        return self.is_met or bool(self.listener)

    def await_controller(self, config: Any, args: list[str], messages: Messages) -> None:
        """Waits for the control session if the project speaks of the roles. Before any plugin or conftest is loaded."""
        if self._has_caller:
            # pytest, which has called, prints the same as it loads plugins and conftests.
            self._stdout = os.dup(1)
            listeners.hush_process()
        mention = role_words.find(config, args)
        if mention is None:
            return
        messages.send({"awaits_controller": {"reason": mention.for_person(str(config.rootpath))}})
        command = messages.receive_only("node")["node"]
        if command.get("wants_collection"):
            self.reason_for_whole = "a hook of the controller wants to see the whole collection"
        if not command.get("node"):
            return
        given = Node(*values.decode(command["node"]))
        given.take_on()
        self.groups = scheduling.Groups(config, given.scheduling) if given.scheduling else None
        if self.groups is not None:
            self.reason_for_whole = self.groups.reason
        self.is_met = True
        if self._stdout < 0:
            # The control session prints the same, once for all workers.
            self._stdout = os.dup(1)
            listeners.hush_process()
        self.worker_input = given.worker_input
        self.listener = command.get("listener", "")

    def find_listeners(self, config: Any) -> None:
        """Once every conftest is loaded."""
        if self._stdout >= 0:
            if config.option.capture == "no" or self._has_caller:
                # From here on tests print, which the control session has not.
                listeners.let_process_speak(self._stdout)
            os.close(self._stdout)
            self._stdout = -1
        if self._has_caller:
            self.listener = "pytest --fastest"
        elif hasattr(config, "workerinput") and not self.is_met:
            self.listener = listeners.find(config)
        if self._is_heard_there:
            listeners.hush(config, wholly=self._has_caller)

    def tells_exit_status(self, config: Any) -> bool:
        """Whether a hook is told this session's exit status, here or in the control session.

        A worker of pytest-xdist's has collected all tests, whichever it was given.
        """
        is_told_there = hasattr(config, "workeroutput")
        return hasattr(config, "workerinput") and (is_told_there or listeners.hear_exit_status(config))

    def finish_session(self, session: Any, exitstatus: int) -> None:
        """Before the session's last hooks."""
        config = session.config
        if hasattr(config, "workeroutput"):
            # As a worker of pytest-xdist says it.
            config.workeroutput.update(
                exitstatus=int(exitstatus), shouldfail=session.shouldfail, shouldstop=session.shouldstop
            )
        if self.is_played:
            # Summaries of plugins are made here too, and the user sees those of the control session.
            listeners.hush_process()

    def output(self, config: Any) -> str:
        """What plugins have left for their controller's part, as values.encode writes it, when the session is over."""
        if self._is_heard_there:
            # pytest's capture has given standard output back.
            listeners.hush_process()
        return told_of(config.workeroutput) if self.is_played else ""


def told_of(output: dict[Any, Any]) -> str:
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
