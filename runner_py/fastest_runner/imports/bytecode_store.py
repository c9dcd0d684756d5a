"""Code objects by what they were made of, in a folder that all workers, agents and runs of a user share.

A file holds the digest of the rest, then the marshalled code. It appears whole, by renaming; what is damaged is as good
as missing. Nothing here raises for the sake of the file system: a store that cannot be used keeps nothing.
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
# How often the folder's size is looked at, by the time of this file.
_PRUNED = "pruned"
_PRUNE_INTERVAL_S = 24 * 3600.0


class BytecodeStore:
    """Not for several threads at a time; any number of processes may use one folder."""

    def __init__(self, folder: str, limit_bytes: int = _LIMIT_BYTES, read_only: bool = False) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self.read_only = read_only
        self._is_usable = _is_private(folder, make=not read_only)
        self._has_written = False

    def get(self, key: str) -> types.CodeType | None:
        """The code that was put there under the key, or None."""
        if not self._is_usable:
            return None
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                data = file.read()
            # What was used lately is the last to go.
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
        """Removes what was not used for longest where there is too much. Looks only after writing, and once a day."""
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
            # Another process is at it, or the folder has gone.
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
        # Somewhat more, so that the next day does not begin with it again.
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
    """True if it is a folder of this user's that nobody else can write to. Makes it if need be, and if it may."""
    try:
        if make:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        about = os.stat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022
