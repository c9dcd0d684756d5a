"""Code objects in a folder that all workers, agents and runs of a user share. A key says what the code was made of.

A file holds a digest of the rest, then the marshalled code. It appears whole, by renaming. A damaged file counts as
missing. Errors of the file system are not raised: a store that cannot be used keeps nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import stat
import tempfile
import time
import types

_DIGEST_SIZE = 16
_LIMIT_BYTES = 512 * 1024 * 1024
# The modification time of this file says when the folder's size was last looked at.
_PRUNED = "pruned"
_PRUNE_INTERVAL_S = 24 * 3600.0


class BytecodeStore:
    """Not thread-safe. Any number of processes may use one folder."""

    def __init__(self, folder: str, limit_bytes: int = _LIMIT_BYTES, read_only: bool = False) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self.read_only = read_only
        self._is_usable = _is_private(folder, make=not read_only)
        self._has_written = False

    def get(self, key: str) -> types.CodeType | None:
        """Returns the code that was put under the key, or None."""
        if not self._is_usable:
            return None
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                data = file.read()
            # prune() removes the code that was used last after all other code.
            os.utime(path)
        except OSError:
            return None
        if _digest(data[_DIGEST_SIZE:]) != data[:_DIGEST_SIZE]:
            return None
        code = marshal.loads(data[_DIGEST_SIZE:])
        return code if isinstance(code, types.CodeType) else None

    def has(self, key: str) -> bool:
        return self._is_usable and os.path.exists(self._path(key))

    def put(self, key: str, code: types.CodeType) -> None:
        if not self._is_usable or self.read_only:
            return
        data = marshal.dumps(code)
        path = self._path(key)
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
        except OSError:
            self._is_usable = False
            return
        try:
            with open(descriptor, "wb") as file:
                file.write(_digest(data) + data)
            os.replace(temporary, path)
            self._has_written = True
        except OSError:
            self._is_usable = False
            with contextlib.suppress(OSError):
                os.unlink(temporary)

    def prune(self, now: float | None = None) -> None:
        """Removes the code that was unused for longest, if the folder is too large. Looks once a day, after writing."""
        if not self._has_written:
            return
        now = time.time() if now is None else now
        marker = os.path.join(self._folder, _PRUNED)
        try:
            with contextlib.suppress(FileNotFoundError):
                if now - os.stat(marker).st_mtime < _PRUNE_INTERVAL_S:
                    return
            with open(marker, "w", encoding="ascii"):
                pass
            os.utime(marker, (now, now))
            self._prune()
        except OSError:
            # Another process prunes the folder, or the folder is gone.
            return

    def _prune(self) -> None:
        found: list[tuple[float, int, str]] = []
        for folder in os.scandir(self._folder):
            if not folder.is_dir(follow_symlinks=False):
                continue
            for entry in os.scandir(folder.path):
                about = entry.stat(follow_symlinks=False)
                found.append((about.st_mtime, about.st_size, entry.path))
        surplus = sum(size for _, size, _ in found) - self._limit_bytes
        if surplus <= 0:
            return
        # A little more, so that the folder is not too large again on the next day.
        surplus += self._limit_bytes // 5
        for _, size, path in sorted(found):
            if surplus <= 0:
                break
            os.unlink(path)
            surplus -= size

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], key[2:])


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_SIZE).digest()


def _is_private(folder: str, make: bool) -> bool:
    """Returns True if the folder is this user's and nobody else can write to it. With `make` a missing one is made."""
    try:
        if make:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        about = os.stat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022
