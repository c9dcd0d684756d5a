"""pytest's assertion rewriting, with the rewritten code of all workers and runs at hand (docs/adr/0033).

pytest keeps what it has rewritten beside the test file. Where that is not there (a new checkout, a folder that can't be
written to), each worker would rewrite every module; here it looks into a store of the user's first. Several workers
share the rest of a folder among them as soon as one module of it is missing. Nothing is written where Python is told to
write no bytecode.
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

# Of the key: raised when what is kept changes.
_FORMAT = 1
# For how long a worker rewrites ahead before it goes on, and comes back at the next module that is missing: the agent
# waits for a sign of life.
_AHEAD_S = 0.5
# So many modules of a folder that are there already say that most of the others are, too.
_ENOUGH_KNOWN = 64


def store_folder(environment: Any) -> str | None:
    """Where the user's store is; None if there is no place for it."""
    cache = environment.get("XDG_CACHE_HOME") or os.path.join(environment.get("HOME", ""), ".cache")
    return os.path.join(cache, "fastest", "bytecode") if os.path.isabs(cache) else None


def read_at_once() -> None:
    """Has whole files read and then decoded: value by value, as pytest has it, takes eight times as long."""
    if getattr(rewrite, "marshal", None) is not marshal:
        # This pytest does it in another way.
        return
    stand_in = types.ModuleType("marshal")
    vars(stand_in).update(vars(marshal), load=_load_at_once)
    rewrite.marshal = stand_in  # type: ignore[attr-defined]


def _load_at_once(file: Any) -> Any:
    return marshal.loads(file.read())


def install(store: BytecodeStore, number: int, count: int) -> None:
    """From now on this process rewrites with the store, as worker `number` of `count`."""
    reads, rewrites = getattr(rewrite, "_read_pyc", None), getattr(rewrite, "_rewrite_test", None)
    known = isinstance(reads, types.FunctionType) and isinstance(rewrites, types.FunctionType)
    names = rewrites.__code__.co_varnames if known else ()
    if not known or names[:2] != ("fn", "config") or not {"source_hash", "stat"} & set(names):
        # This pytest does it in another way.
        return
    rewrite._read_pyc = _Rewriting(store, number, count).read_pyc


class _Rewriting:
    """Stands before pytest's `_read_pyc`, after which pytest rewrites what it has not found.

    What goes wrong in rewriting, or has something to say, is left to pytest: no frame of ours is in its traceback.
    """

    def __init__(self, store: BytecodeStore, number: int, count: int) -> None:
        self._store = store
        self._read = rewrite._read_pyc
        self._genuine = rewrite._rewrite_test
        self._has_source_hash = "source_hash" in self._genuine.__code__.co_varnames
        self._number = number
        self._count = count
        # The session's, to tell it from those that run inside of tests. Kept alive, it would keep alive what Python
        # finalizes at its end.
        self._hook: Any = None
        # What this worker is still to look at, by folder.
        self._shares: dict[str, Iterator[Path]] = {}

    def read_pyc(self, source: Path, pyc: Path, trace: Any = lambda text: None) -> types.CodeType | None:
        code = self._read(source, pyc, trace)
        if code is None or self._hook is None:
            hook = sys._getframe(1).f_locals.get("self")
            if self._hook is None and isinstance(hook, rewrite.AssertionRewritingHook):
                # The first that reads is the session's.
                self._hook = weakref.ref(hook)
            if code is None and self._hook is not None and hook is self._hook():
                self._find(source, hook.config)
        return code

    def _find(self, fn: Path, config: Any) -> None:
        """Has pytest's next call of `_rewrite_test` give what the store holds; pytest then keeps it as its own."""
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
            # Another thread's import may have come between.
            return found if wanted == fn else self._genuine(wanted, config)

        rewrite._rewrite_test = hand_over

    def _code(self, key: str, fn: Path, config: Any) -> types.CodeType | None:
        """Of the store, or rewritten for it. None where there is more to it than code: pytest is to do that itself."""
        code = self._store.get(key)
        if code is None and not self._store.read_only:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                try:
                    _, code = self._genuine(fn, config)
                except Exception:
                    return None
            if said:
                # They belong into every run that rewrites.
                return None
            self._store.put(key, code)
        return code

    def _key(self, fn: Path, source: bytes, config: Any) -> str:
        digest = hashlib.blake2b(_circumstances(bool(config.getini("enable_assertion_pass_hook"))), digest_size=20)
        # The name is part of the code.
        digest.update(os.fsencode(str(fn)) + b"\0" + source)
        return digest.hexdigest()

    def _rewrite_ahead(self, fn: Path, config: Any) -> None:
        """Goes on with this worker's share of the modules beside `fn`, while the others do theirs."""
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
            # Not all of the folder may be wanted.
            return
        kept: set[str] = set()
        try:
            names = sorted(os.listdir(folder))
            kept.update(os.listdir(rewrite.get_cache_dir(folder / "x.py")))
        except FileNotFoundError:
            # Nothing is kept there yet.
            pass
        except OSError:
            return
        wanted = [name for name in names if any(fnmatch.fnmatch(name, one) for one in patterns)]
        for name in wanted[self._number % self._count :: self._count]:
            if name[:-3] + rewrite.PYC_TAIL not in kept and name.endswith(".py"):
                yield folder / name


@functools.lru_cache(maxsize=None)
def _circumstances(with_pass_hook: bool) -> bytes:
    """Whatever rewritten code depends on beside the module."""
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
    # A pytest that someone works on has a version, too.
    digest.update(Path(rewrite.__file__).read_bytes())
    return digest.digest()
