"""A note in memory that a worker shares with its zygote: the file that the worker began to import last.

A worker that dies in an import cannot say where it was. The zygote reads the note when the worker has ended.
"""

from __future__ import annotations

import mmap

_SIZE = mmap.PAGESIZE


class LastImport:
    """Made by the zygote before it forks. Only the worker writes."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIZE)

    def note(self, path: str) -> None:
        text = path.encode("utf-8", "backslashreplace")[: _SIZE - 1] + b"\0"
        self._memory[: len(text)] = text

    def take(self) -> str:
        """Returns the note, empty if there is none, and gives the memory back."""
        text = self._memory[:].split(b"\0", 1)[0].decode("utf-8", "replace")
        self._memory.close()
        return text
