"""Whether a module of site-packages may be imported before there is a run. That is tried in a child process.

A module may be imported if no test can tell when it was imported, and a test that does not import it cannot tell that
it was. So the module
- comes from the interpreter's own folders;
- leaves the process and all older modules as they were;
- asks for nothing that differs from run to run.
"""

from __future__ import annotations

import atexit
import builtins
import importlib
import importlib.machinery
import importlib.metadata
import io
import logging
import operator
import os
import random
import select
import signal
import sys
import threading
import time
import types
import warnings
from json import dumps, loads
from typing import Any, Callable

from .. import NAME
from . import process_setup, process_tree
from .freshness import changes_from_run_to_run
from .module_globals import globals_of

# For all modules together.
_LIMIT_S = 60.0
# These seed random numbers of their own when they are imported, in C: all workers would draw the same numbers.
_SEEDED = frozenset(("numpy",))
# These watch what is imported after them.
_WATCHERS = frozenset(("coverage", "pytest_cov", "xdist", "execnet"))


def refusals(names: list[str], is_own: Callable[[str], bool]) -> dict[str, str]:
    """Returns the names of modules that may not be imported beforehand, with the reasons.

    `is_own` is the method of freshness.Origin.
    """
    refused: dict[str, str] = {}
    limit = time.monotonic() + _LIMIT_S
    remaining = list(names)
    while remaining:
        failure = _try(remaining, is_own, limit)
        if failure is None:
            break
        name, why = failure
        refused[name] = why
        # The module may have spoilt the child process for the others. They are tried again without it.
        remaining.remove(name)
    return refused


def _try(names: list[str], is_own: Callable[[str], bool], limit: float) -> tuple[str, str] | None:
    """Tries the modules in a child process. Returns the first that may not be imported, and the reason."""
    read, write = os.pipe()
    life_read, life_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            os.close(life_write)
            os.setsid()
            process_setup.die_with_writer(life_read)
            signal.set_wakeup_fd(-1)
            os.nice(10)
            for name in names:
                os.write(write, (dumps({"begins": name}) + "\n").encode())
                why = _why_not(name, is_own)
                if why:
                    os.write(write, (dumps({"refused": name, "why": why}) + "\n").encode())
                    break
            else:
                os.write(write, b'{"done": true}\n')
        finally:
            os._exit(0)
    os.close(write)
    os.close(life_read)
    said = _read_until(read, limit)
    os.close(read)
    os.close(life_write)
    process_tree.kill_group(pid)
    os.waitpid(pid, 0)
    messages = [loads(line) for line in said.split(b"\n")[:-1]]
    if messages and "done" in messages[-1]:
        return None
    if messages and "refused" in messages[-1]:
        return messages[-1]["refused"], messages[-1]["why"]
    name = messages[-1]["begins"] if messages else names[0]
    return name, "its import ends the process, or takes too long"


def _read_until(fd: int, limit: float) -> bytes:
    said = b""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while poll.poll(max(0.0, limit - time.monotonic()) * 1000):
        data = os.read(fd, 65536)
        if not data:
            break
        said += data
    return said


def _why_not(name: str, is_own: Callable[[str], bool]) -> str:
    """In the child: imports the module, and compares the process before and after. Empty if nothing differs."""
    if name in sys.modules:
        return "it is loaded with pytest"
    spec = importlib.machinery.PathFinder.find_spec(name)
    if spec is None:
        return "it is not found"
    output = os.memfd_create("output")
    os.dup2(output, 1)
    os.dup2(output, 2)
    watched = _WatchedVariables(os.environ._data)  # type: ignore[attr-defined]
    modules = dict(sys.modules)
    globals_before = {known: (module, dict(globals_of(module))) for known, module in modules.items()}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before = _process_state()
        os.environ._data = os.environb._data = watched  # type: ignore[attr-defined]
        try:
            importlib.import_module(name)
        except BaseException as error:
            return f"it cannot be imported: {type(error).__name__}: {error}"
        finally:
            os.environ._data = os.environb._data = watched.genuine  # type: ignore[attr-defined]
        after = _process_state()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if dict(dict.items(watched)) != watched.genuine:
        return "its import changes the environment"
    if os.lseek(output, 0, io.SEEK_END):
        return "its import writes something"
    if caught:
        return f"its import warns: {caught[0].message}"
    for what, value in before.items():
        if after[what] != value:
            return f"its import changes {what}"
    if watched.asked:
        return f"its import asks for {watched.asked}"
    return _why_not_loaded(modules, is_own) or _changed_module(globals_before)


def _why_not_loaded(before: dict[str, types.ModuleType], is_own: Callable[[str], bool]) -> str:
    plugins = _names_of_plugins()
    for name, module in list(sys.modules.items()):
        if before.get(name) is module:
            continue
        spec = getattr(module, "__spec__", None)
        if name in before or spec is None or spec.name != name:
            return f"its import makes another module of {name}"
        top = name.partition(".")[0]
        if top in _SEEDED:
            return f"{top} seeds its random numbers when it is imported"
        if top in _WATCHERS or top in plugins:
            return f"{top} has to do with pytest"
        if spec.origin in ("built-in", "frozen"):
            continue
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not spec.has_location or not is_own(os.path.abspath(path)):
            return f"{name} is not of the interpreter's own packages"
    return ""


def _names_of_plugins() -> set[str]:
    """Returns the top-level names of distributions with a pytest plugin: pytest rewrites their assertions."""
    names = set()
    for distribution in importlib.metadata.distributions():
        if any(point.group == "pytest11" for point in distribution.entry_points):
            names.update(str(file).split("/")[0].partition(".")[0] for file in distribution.files or ())
            names.update(point.value.partition(":")[0].partition(".")[0] for point in distribution.entry_points)
    return names


def _changed_module(before: dict[str, tuple[types.ModuleType, dict[str, Any]]]) -> str:
    for name, (module, old) in before.items():
        if name.startswith(f"{NAME}.") or name in (NAME, "__main__"):
            continue
        now = globals_of(module)
        for key in old.keys() | now.keys():
            if operator.is_(old.get(key, old), now.get(key, now)):
                continue
            # A package has its modules as attributes. These are taken away when the modules are hidden.
            if key not in old and sys.modules.get(f"{name}.{key}") is now.get(key):
                continue
            return f"its import changes {name}.{key}"
    return ""


def _process_state() -> dict[str, Any]:
    """Returns what an import should leave alone in a process, by the names that a reason uses."""
    signals = [number for number in range(1, signal.NSIG) if number not in (signal.SIGKILL, signal.SIGSTOP)]
    root = logging.getLogger()
    return {
        "the directory": os.getcwd(),
        "sys.path": list(sys.path),
        "how modules are found": [*map(id, sys.meta_path), *map(id, sys.path_hooks)],
        "the filters of warnings": list(warnings.filters),
        "the handling of signals": [_handler_of(number) for number in signals],
        "open files": os.listdir("/proc/self/fd"),
        "threads": os.listdir("/proc/self/task"),
        "processes": process_tree.child_pids(),
        "Python's settings": (sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace(), sys.getprofile()),
        "builtins": {name: id(value) for name, value in vars(builtins).items()},
        "logging": (root.level, list(root.handlers), root.disabled, logging.root.manager.disable),
        "random numbers": random.getstate(),
        "what happens at exit": (atexit._ncallbacks(), len(getattr(threading, "_threading_atexits", ()))),
        "the file mode mask": _file_mode_mask(),
    }


def _handler_of(number: int) -> Any:
    try:
        return signal.getsignal(number)
    except ValueError:
        return None


def _file_mode_mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _WatchedVariables(dict):  # type: ignore[type-arg]
    """os.environ's dictionary while a module is imported. It notes a variable that is asked for and may change."""

    def __init__(self, genuine: dict[bytes, bytes]) -> None:
        super().__init__(genuine)
        self.genuine = genuine
        self.asked = ""

    def __getitem__(self, name: bytes) -> bytes:
        self._note(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return super().__contains__(name)

    def __iter__(self) -> Any:
        self.asked = self.asked or "every variable"
        return super().__iter__()

    def _note(self, name: object) -> None:
        if isinstance(name, bytes) and changes_from_run_to_run(os.fsdecode(name)):
            self.asked = self.asked or f"the variable {os.fsdecode(name)}"
