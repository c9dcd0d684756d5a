"""Whether a zygote that has waited for a run is as good as a zygote that would be started now.

A zygote has no code of the project in it. But these may differ by now:
- its environment;
- its interpreter and the packages;
- the directory from which relative entries of PYTHONPATH count.
If one of them is not sure to be the same, the zygote is stale. A new zygote costs some tenths of a second, and a wrong
verdict costs more.
"""

from __future__ import annotations

import os
import site
import sys

from .. import FOLDER
from .module_globals import globals_of

# These variables change from command to command or from terminal to terminal, and no interpreter's start depends on
# them. Any other variable may be read by a sitecustomize or a .pth file.
_CHANGING = frozenset(
    (
        "_",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "COLUMNS",
        "LINES",
        "TERM",
        "COLORTERM",
        "WINDOWID",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "LS_COLORS",
        "STY",
        "WINDOW",
        "NO_COLOR",
        "FORCE_COLOR",
        "PY_COLORS",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "MAKEFLAGS",
        "MAKELEVEL",
        "MFLAGS",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
    )
)
_CHANGING_PREFIXES = (
    "PYTEST_",
    "FASTEST_",
    "TERM_",
    "SSH_",
    "TMUX",
    "VTE_",
    "GNOME_TERMINAL_",
    "KONSOLE_",
    "ITERM_",
    "KITTY_",
    "ALACRITTY_",
    "WEZTERM_",
    "WT_",
    "XDG_SESSION_",
    "DBUS_",
    "DESKTOP_",
)


class Origin:
    """What this process was started from: environment, interpreter and packages, as they were at that time.

    `since_ns` is the time since the epoch at which the process began to load them. A file that is newer may differ from
    what was loaded.
    """

    def __init__(self, since_ns: int) -> None:
        given = _given_environment()
        now = dict(os.environb)
        self._environment = _lasting(given)
        # Variables that Python's start changes: LC_CTYPE if the locale is C, and whatever a sitecustomize changes.
        self._added = {name: value for name, value in now.items() if given.get(name) != value}
        self._removed = given.keys() - now.keys()
        # Only relative entries depend on the directory.
        relative = any(not os.path.isabs(entry) for entry in _python_path())
        self._directory = os.getcwd() if relative else None
        self._own_folders = _folders_of_interpreter()
        self._changed = ""
        self._take_in(since_ns)

    def extend(self, since_ns: int) -> None:
        """Takes in what has been loaded from `since_ns` on."""
        self._changed = self._changed or self._changed_file()
        self._take_in(since_ns)

    def _take_in(self, since_ns: int) -> None:
        self._foreign = self._foreign_module()
        # Python looks for these two at each start.
        self._names = {name.partition(".")[0] for name in sys.modules} | {"sitecustomize", "usercustomize"}
        self._marks = {path: _mark(path) for path in self._files()}
        for path, mark in self._marks.items():
            if not self._changed and mark is not None and mark[0] > since_ns:
                self._changed = f"{path} changed while it was loaded"
        self._candidates = {entry: self._candidates_in(entry) for entry in sys.path if not self.is_own(entry)}

    def why_stale(self, environment: dict[bytes, bytes], directory: str) -> str:
        """Returns why a run with this environment and directory needs another zygote; empty if it does not."""
        if self._foreign:
            return f"{self._foreign} is not the interpreter's own"
        if self._changed:
            return self._changed
        wanted = _lasting(environment)
        for name in sorted(wanted.keys() ^ self._environment.keys()):
            return f"the variable {os.fsdecode(name)} has come or gone"
        for name, value in wanted.items():
            if self._environment[name] != value:
                return f"the variable {os.fsdecode(name)} has changed"
        if self._directory is not None and not _is_same_folder(self._directory, directory):
            return "the directory is another one, and PYTHONPATH is relative"
        return self._changed_file()

    def _changed_file(self) -> str:
        for path, mark in self._marks.items():
            if _mark(path) != mark:
                return f"{path} has changed"
        for entry, names in self._candidates.items():
            if self._candidates_in(entry) != names:
                return f"{entry} has other modules of the names that are loaded"
        return ""

    def after_start(self, environment: dict[bytes, bytes]) -> dict[bytes, bytes]:
        """Returns the environment as an interpreter's start leaves it. Precondition: this zygote is not stale."""
        kept = {name: value for name, value in environment.items() if name not in self._removed}
        return {**kept, **self._added}

    def is_own(self, path: str) -> bool:
        return path in self._own_folders or path.startswith(tuple(folder + os.sep for folder in self._own_folders))

    def _foreign_module(self) -> str:
        """Returns a loaded file that somebody may be editing: of an editable install, or on PYTHONPATH."""
        runner = FOLDER + os.sep
        for path in _module_files():
            if not self.is_own(path) and not path.startswith(runner):
                return path
        return ""

    def _files(self) -> set[str]:
        files = {*_module_files(), os.path.realpath(sys.executable), os.path.join(sys.prefix, "pyvenv.cfg")}
        # Folders that are not there yet count too: the user's own, and those that a .pth file names.
        for entry in {*filter(self.is_own, sys.path), *_site_folders()}:
            # A folder's mark changes when names come or go: packages are installed or removed.
            files.add(entry)
            for path in (os.path.join(entry, name) for name in _entries(entry) if name.endswith(".pth")):
                files.add(path)
                files.update(folder for folder in _folders_in(path) if not os.path.exists(folder))
        return files

    def _candidates_in(self, entry: str) -> frozenset[str]:
        """Returns names in a folder of the project that a new interpreter might load in place of our modules."""
        return frozenset(name for name in _entries(entry) if name.partition(".")[0] in self._names)


def environment_of(entries: list[bytes]) -> dict[bytes, bytes]:
    """Reads entries "NAME=VALUE". If a name comes twice the first one counts, as for Python's start."""
    environment: dict[bytes, bytes] = {}
    for entry in entries:
        name, equals, value = entry.partition(b"=")
        if name and equals:
            environment.setdefault(name, value)
    return environment


def take_environment(environment: dict[bytes, bytes]) -> None:
    """Gives the process these variables and no others."""
    for name in list(os.environb):
        del os.environb[name]
    os.environb.update(environment)


def _given_environment() -> dict[bytes, bytes]:
    """Returns the environment that the process was started with."""
    with open("/proc/self/environ", "rb") as given:
        return environment_of(given.read().split(b"\0"))


def changes_from_run_to_run(name: str) -> bool:
    return name in _CHANGING or name.startswith(_CHANGING_PREFIXES)


def _lasting(environment: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {name: value for name, value in environment.items() if not changes_from_run_to_run(os.fsdecode(name))}


def _python_path() -> list[str]:
    path = os.environ.get("PYTHONPATH", "")
    return path.split(os.pathsep) if path else []


def _site_folders() -> list[str]:
    return [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]


def _folders_in(path: str) -> list[str]:
    """Returns the folders that a .pth file adds to sys.path."""
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            lines = [line.strip() for line in file if not line.startswith(("#", "import ", "import\t"))]
    except OSError:
        return []
    return [os.path.join(os.path.dirname(path), line) for line in lines if line and "\0" not in line]


def _folders_of_interpreter() -> frozenset[str]:
    folders = [os.path.dirname(os.__file__), os.path.dirname(sys.executable), *_site_folders()]
    return frozenset(os.path.abspath(folder) for folder in folders)


def _module_files() -> set[str]:
    """Returns the files of all loaded modules. Modules that are built in or frozen belong to the interpreter's file."""
    files = (globals_of(module).get("__file__") for module in list(sys.modules.values()))
    return {os.path.abspath(path) for path in files if isinstance(path, str)}


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _mark(path: str) -> tuple[int, int, int, int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino, info.st_dev


def _is_same_folder(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
