"""A worker as pytest-xdist's controller prepares it: what the control session gives, and what the worker takes on.

Under pytest-xdist a worker is a child of the configured controller. So the worker has the controller's environment and
working directory, and `config.workerinput` as plugins have filled it in pytest_configure_node.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Any, NamedTuple

# Each process sets these for itself.
_OWN = (
    "PYTEST_XDIST_WORKER",
    "PYTEST_XDIST_WORKER_COUNT",
    "PYTEST_XDIST_TESTRUNUID",
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",
    "FASTEST_SLOT",
    "COLUMNS",
)


class Node(NamedTuple):
    """What a worker takes on."""

    # The values of variables that the controller's part has changed. None: the variable is gone.
    environment: dict[bytes, bytes | None]
    # Where the controller's part was meant to begin, and where it is. They differ if it has changed its directory.
    begun_in: str
    working_dir: str
    host: str
    # What plugins have put into node.workerinput, as far as it can be told.
    worker_input: dict[Any, Any]
    # What a scheduler of the project keeps together, see scheduling.rule_of.
    scheduling: tuple[str, ...] = ()

    def take_on(self) -> None:
        """For a worker, before it loads any plugin or conftest."""
        for name, value in self.environment.items():
            if value is None:
                os.environb.pop(name, None)
            else:
                os.environb[name] = value
        if self.working_dir != self.begun_in and self.host == socket.gethostname() and os.getcwd() == self.begun_in:
            with contextlib.suppress(OSError):
                os.chdir(self.working_dir)


class Surroundings:
    """The control session's process, as it began."""

    def __init__(self) -> None:
        self._environment = dict(os.environb)
        self._directory = os.getcwd()

    def node(self, worker_input: dict[Any, Any]) -> Node:
        """Returns what a worker takes on that is set up now."""
        changes: dict[bytes, bytes | None] = {}
        now = dict(os.environb)
        for name in {*self._environment, *now}:
            if self._environment.get(name) != now.get(name) and os.fsdecode(name) not in _OWN:
                changes[name] = now.get(name)
        return Node(changes, self._directory, _directory(self._directory), socket.gethostname(), worker_input)


def _directory(otherwise: str) -> str:
    try:
        return os.getcwd()
    except OSError:
        # It has been removed.
        return otherwise
