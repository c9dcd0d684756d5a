"""What all tests of a module or a class have in common."""

from __future__ import annotations

import os
from types import FunctionType
from typing import Any

import pytest

# Attributes of functions that send pytest elsewhere for their source.
_REDIRECTIONS = frozenset({"__wrapped__", "place_as"})


class Place:
    """The node above a test. Holds for as long as nobody adds a mark to it or to those above it."""

    def __init__(self, item: Any, paths: dict[str, str]) -> None:
        """`paths` has what is known of the paths of locations, by the files that functions' code says it is from."""
        self.node = item.parent
        self.ihook = item.ihook
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
        """pytest's item.location, of which all but the first of a file are worked out here."""
        known: tuple[str, int | None, str] | None = vars(item).get("location")
        if known is not None:
            return known
        # Of all others pytest has been asked before.
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
