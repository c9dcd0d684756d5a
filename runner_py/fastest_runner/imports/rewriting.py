"""pytest's assertion rewriting, with a store of rewritten code that all workers and runs share (docs/adr/0033).

pytest keeps a rewritten module's code beside the test file. In a new checkout, or in a folder that cannot be written
to, there is no such code, and each worker would rewrite every module. Here a worker looks into the user's store first.
If a module is missing there, the workers share the other modules of its folder among them. Nothing is written where
Python is told to write no bytecode.
"""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import importlib.util
import marshal
import os
import sys
import time
import types
import warnings
import weakref
from pathlib import Path
from typing import Any, Iterator

import pytest
from _pytest.assertion import rewrite

from .bytecode_store import BytecodeStore

# A part of each key. It is raised when the kept form changes.
_FORMAT = 1
# For how long a worker rewrites ahead at a missing module. After that it goes on, since the agent waits for a sign of
# life; the next missing module continues the work.
_AHEAD_S = 0.5
# If so many modules of a folder are in the store, most of the others are there too.
_ENOUGH_KNOWN = 64


def store_folder(environment: Any) -> str | None:
    """Returns the folder of the user's store; None if there is no place for it."""
    cache = environment.get("XDG_CACHE_HOME") or os.path.join(environment.get("HOME", ""), ".cache")
    return os.path.join(cache, "fastest", "bytecode") if os.path.isabs(cache) else None


def read_at_once() -> None:
    """Has pytest read its kept code file by file. Value by value, as pytest does it, takes eight times as long."""
    if getattr(rewrite, "marshal", None) is not marshal:
        # This version of pytest reads in another way.
        return
    stand_in = types.ModuleType("marshal")
    vars(stand_in).update(vars(marshal), load=_load_at_once)
    rewrite.marshal = stand_in  # type: ignore[attr-defined]


def _load_at_once(file: Any) -> Any:
    return marshal.loads(file.read())


def install(store: BytecodeStore, number: int, count: int, note: Any) -> None:
    """Has this process rewrite with the store from now on, as worker `number` of `count`.

    `note` is called with the path of each module that is about to run.
    """
    reads, rewrites = getattr(rewrite, "_read_pyc", None), getattr(rewrite, "_rewrite_test", None)
    known = isinstance(reads, types.FunctionType) and isinstance(rewrites, types.FunctionType)
    names = rewrites.__code__.co_varnames if known else ()
    if not known or names[:2] != ("fn", "config") or not {"source_hash", "stat"} & set(names):
        # This version of pytest rewrites in another way.
        return
    rewrite._read_pyc = _Rewriting(store, number, count, note).read_pyc


class _Rewriting:
    """Stands before pytest's `_read_pyc`. pytest rewrites each module that `_read_pyc` does not find.

    A module whose rewriting fails or warns is left to pytest, so that no frame of ours is in the traceback.
    """

    def __init__(self, store: BytecodeStore, number: int, count: int, note: Any) -> None:
        self._store = store
        self._read = rewrite._read_pyc
        self._genuine = rewrite._rewrite_test
        self._has_source_hash = "source_hash" in self._genuine.__code__.co_varnames
        self._number = number
        self._count = count
        self._note = note
        self._folder = os.getcwd() + os.sep
        # Our session's import hook, to tell it from hooks of sessions that run within tests. The reference is weak:
        # the hook would keep alive objects that Python finalizes at its end.
        self._hook: Any = None
        # The modules that this worker still has to look at, by folder.
        self._shares: dict[str, Iterator[Path]] = {}

    def read_pyc(self, source: Path, pyc: Path, trace: Any = lambda text: None) -> types.CodeType | None:
        path = str(source)
        self._note(path[len(self._folder) :] if path.startswith(self._folder) else path)
        code = self._read(source, pyc, trace)
        if code is None or self._hook is None:
            hook = sys._getframe(1).f_locals.get("self")
            if self._hook is None and isinstance(hook, rewrite.AssertionRewritingHook):
                # The first hook that reads is our session's.
                self._hook = weakref.ref(hook)
            if code is None and self._hook is not None and hook is self._hook():
                self._find(source, hook.config)
        return code

    def _find(self, fn: Path, config: Any) -> None:
        """Has pytest's next call of `_rewrite_test` return the store's code. pytest then keeps it beside the file."""
        try:
            about, source = os.stat(fn), fn.read_bytes()
        except OSError:
            return
        key = self._key(fn, source, config)
        if self._count > 1 and not self._store.read_only and not self._store.has(key):
            self._rewrite_ahead(fn, config)
        code = self._code(key, fn, config)
        if code is None:
            return
        found = importlib.util.source_hash(source) if self._has_source_hash else about, code

        def hand_over(wanted: Path, config: Any) -> Any:
            rewrite._rewrite_test = self._genuine
            # The call may come from another thread's import.
            return found if wanted == fn else self._genuine(wanted, config)

        rewrite._rewrite_test = hand_over

    def _code(self, key: str, fn: Path, config: Any) -> types.CodeType | None:
        """Returns the store's code, or rewrites the module for the store. None if the rewriting failed or warned."""
        code = self._store.get(key)
        if code is None and not self._store.read_only:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                try:
                    _, code = self._genuine(fn, config)
                except Exception:
                    return None
            if said:
                # Each run that rewrites the module has to show the warnings.
                return None
            self._store.put(key, code)
        return code

    def _key(self, fn: Path, source: bytes, config: Any) -> str:
        digest = hashlib.blake2b(_circumstances(bool(config.getini("enable_assertion_pass_hook"))), digest_size=20)
        # The code contains the file's name.
        digest.update(os.fsencode(str(fn)) + b"\0" + source)
        return digest.hexdigest()

    def _rewrite_ahead(self, fn: Path, config: Any) -> None:
        """Continues with this worker's share of the modules beside `fn`. The other workers do their shares."""
        share = self._shares.setdefault(str(fn.parent), self._share(fn.parent, config))
        until = time.monotonic() + _AHEAD_S
        known = 0
        for path in share:
            try:
                key = self._key(path, path.read_bytes(), config)
            except OSError:
                continue
            if self._store.has(key):
                known += 1
                if known > _ENOUGH_KNOWN:
                    self._shares[str(fn.parent)] = iter(())
                    return
            else:
                self._code(key, path, config)
            if time.monotonic() > until:
                return

    def _share(self, folder: Path, config: Any) -> Iterator[Path]:
        patterns = config.getini("python_files")
        if any(not os.path.isdir(argument) for argument in config.args) or any("/" in one for one in patterns):
            # The run may not want all modules of the folder.
            return
        kept: set[str] = set()
        try:
            names = sorted(os.listdir(folder))
            kept.update(os.listdir(rewrite.get_cache_dir(folder / "x.py")))
        except FileNotFoundError:
            # pytest has not kept anything there yet.
            pass
        except OSError:
            return
        wanted = [name for name in names if any(fnmatch.fnmatch(name, one) for one in patterns)]
        for name in wanted[self._number % self._count :: self._count]:
            if name[:-3] + rewrite.PYC_TAIL not in kept and name.endswith(".py"):
                yield folder / name


@functools.lru_cache(maxsize=None)
def _circumstances(with_pass_hook: bool) -> bytes:
    """Returns a digest of all that rewritten code depends on, except the module."""
    digest = hashlib.blake2b(digest_size=20)
    for part in (
        str(_FORMAT),
        str(sys.implementation.cache_tag),
        importlib.util.MAGIC_NUMBER.hex(),
        str(sys.flags.optimize),
        pytest.__version__,
        str(with_pass_hook),
    ):
        digest.update(part.encode() + b"\0")
    # While somebody works on pytest its version stays the same.
    digest.update(Path(rewrite.__file__).read_bytes())
    return digest.digest()
