"""Makes a project smaller while its difference stays: first by features, then by pieces, statements and lines."""

from __future__ import annotations

import ast
import time


class Reducer:
    """`differs` tells whether a project still has the difference. The search is bounded by seconds and by tries."""

    def __init__(self, differs, seconds=120.0, tries=250):
        self._differs = differs
        self._end = time.monotonic() + seconds
        self._left = tries
        self._tried: set = set()

    def reduce(self, project):
        before = None
        while before != project and not self._is_over():
            before = project
            project = self._drop_features(project)
            project = self._drop_pieces(project)
            project = self._drop_statements(project)
            project = self._drop_lines(project)
        return project

    def _is_over(self):
        return self._left <= 0 or time.monotonic() > self._end

    def _accepts(self, project):
        key = repr(project)
        if self._is_over() or key in self._tried:
            return False
        self._tried.add(key)
        self._left -= 1
        return self._differs(project)

    def _drop_features(self, project):
        """Without groups of features, the largest groups first."""
        size = max(len(project.features) // 2, 1)
        while size:
            names, at = project.features, 0
            while at < len(names):
                dropped = set(names[at : at + size])
                smaller = project.without(lambda piece, dropped=dropped: piece.feature in dropped)
                if self._accepts(smaller):
                    project, names = smaller, smaller.features
                else:
                    at += size
            size //= 2
        return project

    def _drop_pieces(self, project):
        for piece in reversed(project.pieces):
            smaller = project.without(lambda other, piece=piece: other is piece)
            if self._accepts(smaller):
                project = smaller
        return project

    def _drop_statements(self, project):
        """Without single statements, those of a module before those in functions and classes."""
        for number, piece in enumerate(project.pieces):
            # What serves other pieces stays as it is, or goes as a whole.
            if piece.kind != "code" or piece.feature == "support":
                continue
            at = 0
            while True:
                spans = _spans(project.pieces[number].text)
                if at >= len(spans):
                    break
                first, last = spans[at]
                lines = project.pieces[number].text.split("\n")
                smaller = project.with_text(number, "\n".join(lines[: first - 1] + lines[last:]))
                if _compiles(smaller.pieces[number].text) and self._accepts(smaller):
                    project = smaller
                else:
                    at += 1
        return project

    def _drop_lines(self, project):
        """Without single lines, for code that does not compile and for data."""
        for number, piece in enumerate(project.pieces):
            if piece.kind == "ini" or piece.kind == "arg" or (piece.kind == "code" and _compiles(piece.text)):
                continue
            for at in reversed(range(piece.text.count("\n"))):
                lines = project.pieces[number].text.split("\n")
                smaller = project.with_text(number, "\n".join(lines[:at] + lines[at + 1 :]))
                if self._accepts(smaller):
                    project = smaller
        return project


def _compiles(text):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _spans(text):
    """The first and the last line of each statement, with its decorators, and of each single decorator."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    spans, level = [], [tree]
    while level:
        below = []
        for node in level:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.stmt):
                    decorators = getattr(child, "decorator_list", [])
                    spans.append((min([child.lineno, *(one.lineno for one in decorators)]), child.end_lineno))
                    spans += [(one.lineno, one.end_lineno) for one in decorators]
                    below.append(child)
        level = below
    return spans
