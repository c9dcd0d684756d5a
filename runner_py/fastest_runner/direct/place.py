"""What all tests of a module or a class have in common."""

from __future__ import annotations

import os
from types import FunctionType
from typing import Any

import pytest

from .phase_hooks import PhaseHooks

# Attributes of a function that make pytest look elsewhere for its source.
_REDIRECTIONS = frozenset({"__wrapped__", "place_as"})


class Place:
    """The node above a test. It is current until somebody adds a mark to that node or to a node above it."""

    def __init__(self, item: Any, ihook: Any, reason: str | None, hooks: PhaseHooks, paths: dict[str, str]) -> None:
        """`reason`: why the hooks of this place leave its tests to pytest's engine; None if they do not.

        `paths`: the paths of locations that are known so far, by the file names that functions' code objects have.
        """
        self.node = item.parent
        self.ihook = ihook
        self.reason = reason
        self.hooks = hooks
        self.chain = self.node.listchain()
        self._marks = [node.own_markers for node in self.chain]
        self._count = sum(map(len, self._marks))
        self.mark_names = frozenset(mark.name for marks in self._marks for mark in marks)
        classes = [
            node.name for node in self.chain if not isinstance(node, (pytest.File, pytest.Directory, pytest.Session))
        ]
        self._prefix = "".join(name + "." for name in classes)
        self._paths = paths

    def is_current(self) -> bool:
        return sum(map(len, self._marks)) == self._count

    def location(self, item: Any) -> tuple[str, int | None, str]:
        """pytest's item.location. Only the first item of a file is asked for it; the others' is worked out here."""
        known: tuple[str, int | None, str] | None = vars(item).get("location")
        if known is not None:
            return known
        # Items of other kinds have been asked for it before their test began.
        function = item.obj
        function = getattr(function, "__func__", function)
        if type(function) is not FunctionType or not _REDIRECTIONS.isdisjoint(function.__dict__):
            return item.location
        code = function.__code__
        path = self._paths.get(code.co_filename)
        if path is None:
            location = item.location
            if os.path.isabs(code.co_filename):
                self._paths[code.co_filename] = location[0]
            return location
        return path, code.co_firstlineno - 1, self._prefix + item.name
