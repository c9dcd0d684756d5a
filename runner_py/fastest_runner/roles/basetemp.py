"""One numbered folder for the temporary files of a whole run, as under pytest-xdist: pytest-of-USER/pytest-N/popen-gwK.

pytest keeps the folders of the last few sessions, and removes older ones when a session ends. If each worker had a
numbered folder, a run with many workers would push out the runs before it, and workers that end together would warn of
each other's removals. There need not be a control session that could make the folder. So the first process that needs
the folder makes it, and the last one that leaves cleans up. A control session has the folder itself for its own files.

Workers may start and be killed at any time, so what they share is in the file system:
  - A symbolic link fastest-RUN beside the numbered folders names the run's folder. When the folder is gone, pytest's
    own clean-up removes the link.
  - Each worker holds a shared lock on the folder's .lock file. For other sessions the file means that the folder is in
    use. A worker that can lock it exclusively is the last.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
from pathlib import Path
from typing import Any, Callable, Iterator

from _pytest import pathlib, tmpdir

_TRIES = 10
_RM = "/bin/rm"


def share(config: Any, run_id: str, worker_id: str) -> None:
    """Puts a worker's temporary files into the run's folder, unless --basetemp is given. pytest must be configured.

    `worker_id` is empty for the control session.
    """
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is None or config.option.basetemp:
        # Without the plugin there are no temporary files.
        return
    get = factory.getbasetemp

    def getbasetemp() -> Path:
        if factory._basetemp is not None:
            return get()
        genuine = tmpdir.make_numbered_dir_with_cleanup
        # pytest still checks the place, and decides when it cleans up.
        tmpdir.make_numbered_dir_with_cleanup = lambda **asked: _enter(run_id, worker_id, **asked)
        try:
            return get()
        finally:
            tmpdir.make_numbered_dir_with_cleanup = genuine

    factory.getbasetemp = getbasetemp


def _enter(
    run_id: str,
    worker_id: str,
    *,
    root: Path,
    prefix: str,
    keep: int,
    lock_timeout: float,
    mode: int = 0o700,
    register: Callable[..., Any] = atexit.register,
) -> Path:
    """Stands in for pytest's make_numbered_dir_with_cleanup, for one of several workers."""
    link = root / f"fastest-{run_id}"
    lock = None
    for _ in range(_TRIES):
        # Another worker, the last until now, may be cleaning up: then the folder is gone in a moment.
        with contextlib.suppress(FileNotFoundError):
            folder = _folder_of(link, lambda: pathlib.make_numbered_dir(root, prefix, mode))
            lock = _hold(folder)
        if lock is not None:
            break
    else:
        raise OSError(f"could not enter the temporary folder of this run, {link}, in {_TRIES} tries")
    own = folder
    if worker_id:
        own = folder / f"popen-{worker_id}"
        if own.exists():
            pathlib.rm_rf(own)
        own.mkdir(mode=mode)
    dead_before = folder.stat().st_mtime - lock_timeout
    pid = os.getpid()

    def leave() -> None:
        if os.getpid() != pid or not _leave(lock, folder):
            return
        link.unlink(missing_ok=True)
        with _removing_quickly():
            pathlib.cleanup_numbered_dir(root, prefix, keep, dead_before)

    register(leave)
    return own


@contextlib.contextmanager
def _removing_quickly() -> Iterator[None]:
    """Speeds up pytest's clean-up: folders of earlier runs may have a thousand entries, and the run's end waits."""
    genuine = pathlib.rm_rf

    def remove(path: Path) -> None:
        # `rm` takes a fraction of Python's time. pytest, which changes permissions, removes what is left.
        with contextlib.suppress(OSError):
            null = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
            os.waitpid(os.posix_spawn(_RM, [_RM, "-rf", "--", os.fspath(path)], {}, file_actions=[null]), 0)
        if os.path.lexists(path):
            genuine(path)

    pathlib.rm_rf = remove
    try:
        yield
    finally:
        pathlib.rm_rf = genuine


def _folder_of(link: Path, make: Callable[[], Path]) -> Path:
    """Returns the run's folder. The first worker makes it."""
    if not link.exists():
        folder = make()
        with contextlib.suppress(FileNotFoundError):
            # The link names a folder that is gone.
            if link.is_symlink() and not link.exists():
                link.unlink()
        try:
            link.symlink_to(folder.name)
        except FileExistsError:
            # Another worker was faster. Nobody else knows our folder.
            folder.rmdir()
    return link.parent / os.readlink(link)


def _hold(folder: Path) -> int | None:
    """Takes the folder's lock, shared. None if the last worker has just left. Raises FileNotFoundError."""
    path = folder / ".lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(lock), os.stat(path)):
            return lock
    os.close(lock)
    return None


def _leave(lock: int, folder: Path) -> bool:
    """Gives the lock back. If nobody else holds it, removes the file and returns True."""
    try:
        # Unlocked first: of two workers that leave at once, at least one then gets the exclusive lock.
        fcntl.flock(lock, fcntl.LOCK_UN)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(folder / ".lock")
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
