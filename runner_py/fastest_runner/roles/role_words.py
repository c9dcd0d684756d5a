"""Finds out, before any of it is imported, if a project speaks of pytest-xdist's two roles: controller and worker.

For example, a conftest that holds `if not hasattr(config, "workerinput"): start_database()` does so. Under pytest-xdist
the controller has then started the database before any worker begins. Plugins and conftests may do so while they are
imported, in any hook, and through any function that they call. So the whole text is searched, not single hooks:

  - the conftests that pytest loads before it collects,
  - plugins that are named (`-p`, PYTEST_PLUGINS, `pytest_plugins`), and installed plugins that are not known here,
  - the modules of the project that these import, the modules of a plugin's own package, and installed modules that a
    conftest or plugin imports itself.

A word in a comment counts too. It costs a run the start of one more process, and changes no verdict.
"""

from __future__ import annotations

import contextlib
import copy
import glob
import importlib.metadata
import importlib.util
import os
import re
import sys
from typing import Any, Iterable, Iterator, NamedTuple

from _pytest.config import default_plugins

_WORDS = re.compile(
    rb"(?i)xdist|\b(?:worker|slave)_?(?:input|output|id|count)\b|testrun_?uid|dsession|numprocesses"
    # "worker" + "input"
    rb"|[\"'](?:worker|slave)[\"']"
    rb"|pytest_(?:configure_node|testnode\w*|handlecrashitem|report_(?:to|from)_serializable)"
)
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)|import[ \t]+([^\n#;]+))", re.MULTILINE
)
# A module's name as a text, as `pytest_plugins` and import_module take it.
_DOTTED_TEXT = re.compile(rb"[\"']([A-Za-z_]\w*(?:\.\w+)*)[\"']")
# Code that runs files which cannot be found in the text. A conftest that does so counts as a mention.
_RUNS_FILES = re.compile(rb"\b(?:exec\(|execfile\(|spec_from_file_location|SourceFileLoader|runpy)")
# A text that may name a folder, for a file that extends sys.path.
_PATH_TEXT = re.compile(rb"[\"']([^\"'\n]{1,80})[\"']")
_NAMES_MODULES_BY_TEXT = (b"pytest_plugins", b"import_module", b"__import__", b"import_plugin")
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
# A conftest may import a whole application. What it asks of the roles stands near its top.
_MOST_FILES = 400
# Packages that ask for no role.
_NEVER_MENTIONING = {"pytest", "_pytest", "pluggy", *getattr(sys, "stdlib_module_names", ())}
_MOST_BYTES = 1 << 20

# Plugins that have such a word and need no controller before the workers: their sources were read, and tests/plugins
# runs most of them. Options that make them take part in a controller start a control session anyway (listeners.py).
# Some have no such word, and are left out since they are long.
KNOWN_PLUGINS = frozenset(
    {
        "_hypothesis_pytestplugin",
        "anyio",
        "fastest",
        "pytest_asyncio",
        "pytest_bdd",
        "pytest_benchmark",
        "pytest_check",
        "pytest_cov",
        "pytest_django",
        "pytest_html",
        "pytest_instafail",
        "pytest_jsonreport",
        "pytest_metadata",
        "pytest_randomly",
        "pytest_reportlog",
        "pytest_rerunfailures",
        "pytest_regressions",
        "pytest_socket",
        "pytest_subtests",
        "pytest_sugar",
        "random_order",
        "respx",
        "syrupy",
        "xdist",
    }
)


class Mention(NamedTuple):
    """A place where a project speaks of the roles."""

    path: str
    word: str

    def for_person(self, root: str) -> str:
        path = os.path.relpath(self.path, root) if self.path.startswith(root + os.sep) else self.path
        return f"{path} speaks of {self.word}"


def find(config: Any, args: Iterable[str]) -> Mention | None:
    """Returns the first mention. `config` knows its ini-file and no plugin yet; `args` are pytest's, with addopts."""
    options = getattr(config, "known_args_namespace", None)
    if not hasattr(options, "file_or_dir"):
        options = config._parser.parse_known_args(list(args), namespace=copy.copy(config.option))
    roots = _roots(config)
    search = _Search(roots)
    for path in _conftests(config, options):
        mention = search.mention_in(path, os.path.dirname(path))
        if mention is not None:
            return mention
    for name in _plugins(options):
        package = name.split(".", 1)[0]
        path = None if package in KNOWN_PLUGINS else _locate(name, roots)
        # In the package of a plugin that is installed, only its own modules are read.
        if path is not None and (mention := search.mention_in(path, _top_of(path, name))) is not None:
            return mention
    return None


def _plugins(options: Any) -> Iterator[str]:
    """Yields the modules of plugins that are named or installed."""
    named = [name.strip() for name in getattr(options, "plugins", None) or ()]
    blocked = {name[3:] for name in named if name.startswith("no:")}
    entry_points = {}
    if not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD") and not getattr(options, "disable_plugin_autoload", False):
        for distribution in importlib.metadata.distributions():
            for point in distribution.entry_points:
                if point.group == "pytest11":
                    entry_points[point.name] = point.value.split(":", 1)[0].strip()
    named += [name.strip() for name in os.environ.get("PYTEST_PLUGINS", "").split(",")]
    for name in named:
        if name and not name.startswith("no:") and name not in default_plugins:
            yield entry_points.get(name, name)
    for name, module in entry_points.items():
        if name not in blocked and f"pytest_{name}" not in blocked:
            yield module


def _conftests(config: Any, options: Any) -> Iterator[str]:
    """Yields the conftests that pytest loads before it collects, and perhaps some more."""
    if getattr(options, "noconftest", False):
        return
    invocation_dir = str(config.invocation_params.dir)
    arguments = [str(argument).split("::", 1)[0] for argument in options.file_or_dir]
    if not arguments:
        with contextlib.suppress(KeyError, ValueError):
            for pattern in config.getini("testpaths"):
                arguments += glob.glob(os.path.join(invocation_dir, pattern), recursive=True)
    folders: dict[str, None] = {}
    for argument in [*arguments, ""]:
        anchor = os.path.normpath(os.path.join(invocation_dir, argument))
        if os.path.isdir(anchor):
            folders[anchor] = None
            folders.update(dict.fromkeys(filter(os.path.isdir, glob.glob(os.path.join(glob.escape(anchor), "test*")))))
        elif os.path.exists(anchor):
            folders[os.path.dirname(anchor)] = None
    top = getattr(options, "confcutdir", None) or os.path.dirname(str(config.inipath or "")) or str(config.rootpath)
    top = os.path.normpath(os.path.join(invocation_dir, top))
    above: dict[str, None] = {}
    for folder in folders:
        above.update(dict.fromkeys(_with_parents(folder)))
    for folder in above:
        if folder != top and top.startswith(folder.rstrip(os.sep) + os.sep):
            # pytest loads no conftest there.
            continue
        path = os.path.join(folder, "conftest.py")
        if os.path.isfile(path):
            yield path


def _with_parents(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _roots(config: Any) -> list[str]:
    """Folders in which modules of the project lie, and that are or will be on sys.path."""
    roots = [str(config.rootpath), str(config.invocation_params.dir)]
    with contextlib.suppress(KeyError, ValueError):
        roots += [str(path) for path in config.getini("pythonpath")]
    roots += [path for path in sys.path if path and not _is_installed(path + os.sep)]
    return list(dict.fromkeys(os.path.normpath(root) for root in roots if os.path.isdir(root)))


def _is_installed(path: str) -> bool:
    return _has_site(path) or path.startswith(_STANDARD_LIBRARY)


def _has_site(path: str) -> bool:
    return any(part in path for part in _INSTALLED)


_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep


def _locate(name: str, roots: list[str]) -> str | None:
    """Returns the file of a module that is not imported yet."""
    parts = name.split(".")
    for root in roots:
        if (path := _file_of(os.path.join(root, *parts))) is not None:
            return path
    with contextlib.suppress(Exception):
        # Finders may be of any kind. The top-level package alone can be asked for without an import.
        spec = importlib.util.find_spec(parts[0])
        if spec is not None and len(parts) == 1:
            return spec.origin
        for folder in (spec and spec.submodule_search_locations) or ():
            if (path := _file_of(os.path.join(folder, *parts[1:]))) is not None:
                return path
    return None


def _file_of(place: str) -> str | None:
    for path in (place + ".py", os.path.join(place, "__init__.py")):
        if os.path.isfile(path):
            return path
    return None


def _top_of(path: str, name: str) -> str:
    """Returns the folder that holds the top-level package of the module `name`."""
    folder = os.path.dirname(path)
    levels = name.count(".") + (1 if os.path.basename(path) == "__init__.py" else 0)
    for _ in range(levels):
        folder = os.path.dirname(folder)
    return folder


class _Import(NamedTuple):
    """What a file imports: a module with names from it, or an absolute place that a relative import names."""

    module: str
    names: tuple[str, ...] = ()
    is_place: bool = False
    # Its functions become hooks of the file, or it is a plugin: `from module import *`, `pytest_plugins = ["module"]`.
    is_plugin: bool = False


class _Search:
    """Reads files, and what they import. Each file is read once."""

    def __init__(self, roots: list[str]) -> None:
        self._roots = roots
        self._seen: set[str] = set()
        self._folders: dict[tuple[str, str], bool] = {}

    def mention_in(self, path: str, folder: str) -> Mention | None:
        """Searches a conftest's or plugin's file, and what it imports from `folder`, the project or elsewhere.

        Of an installed plugin its own package is followed, and of other installed packages only what the file itself
        imports: else each file would lead to all libraries.
        """
        roots = [folder] if _is_installed(path) else [folder, *self._roots]
        own = os.path.relpath(path, folder).split(os.sep)[0] if _is_installed(path) else None
        pending = [path]
        while pending and len(self._seen) < _MOST_FILES:
            file = pending.pop(0)
            if file in self._seen:
                continue
            self._seen.add(file)
            text = _read(file)
            found = _WORDS.search(text) or (file == path and own is None and _RUNS_FILES.search(text))
            if found:
                return Mention(file, found.group().decode())
            if file == path and b"sys.path" in text:
                roots = [*self._named_folders(text, file), *roots]
            for imported in _imports(text, os.path.dirname(file)):
                files = list(self._files_of(imported, roots, own))
                pending += files
                if file == path and not files and (found_there := self._mention_elsewhere(imported)) is not None:
                    return found_there
        return None

    def _files_of(self, imported: _Import, roots: list[str], own: str | None) -> Iterator[str]:
        """Yields the files that an import loads from the roots: the packages on the way, and the module itself.

        `own`: the only entry of the roots that counts. None: all do.
        """
        if imported.is_place:
            if (path := _file_of(imported.module)) is not None:
                yield path
            return
        parts = imported.module.split(".")
        if own is not None and own not in (parts[0], parts[0] + ".py"):
            return
        for root in roots:
            if not self._has(root, parts[0]):
                continue
            place = root
            for part in parts:
                place = os.path.join(place, part)
                if (path := _file_of(place)) is not None:
                    yield path
            for name in imported.names:
                if (path := _file_of(os.path.join(place, name))) is not None:
                    yield path
            return

    def _mention_elsewhere(self, imported: _Import) -> Mention | None:
        """Searches an installed module that a conftest or plugin imports."""
        package = imported.module.split(".", 1)[0]
        if imported.is_place or package in KNOWN_PLUGINS or package in _NEVER_MENTIONING:
            return None
        path = _locate(imported.module, [])
        if path is None or not path.endswith(".py") or path.startswith(_STANDARD_LIBRARY) and not _has_site(path):
            return None
        if imported.is_plugin and path not in self._seen:
            return self.mention_in(path, _top_of(path, imported.module))
        places = [os.path.join(os.path.dirname(path), name) for name in imported.names]
        for file in [path, *filter(None, map(_file_of, places))]:
            if file not in self._seen:
                self._seen.add(file)
                if (found := _WORDS.search(_read(file))) is not None:
                    return Mention(file, found.group().decode())
        return None

    def _named_folders(self, text: bytes, file: str) -> list[str]:
        """Returns the folders that texts in a file may name, seen from the file and the folders above it."""
        folder = os.path.dirname(file)
        names = {os.fsdecode(name) for name in _PATH_TEXT.findall(text)}
        above = [file, folder, os.path.dirname(folder), *self._roots]
        places = {os.path.normpath(os.path.join(place, name.lstrip("/"))) for place in above for name in names}
        return [place for place in sorted(places) if os.path.isdir(place)]

    def _has(self, root: str, name: str) -> bool:
        key = root, name
        if key not in self._folders:
            place = os.path.join(root, name)
            self._folders[key] = os.path.isdir(place) or os.path.isfile(place + ".py")
        return self._folders[key]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def _imports(text: bytes, folder: str) -> Iterator[_Import]:
    for source, members, plain in _IMPORT.findall(text):
        if plain:
            for clause in plain.split(b","):
                words = clause.split()
                if words:
                    yield _Import(words[0].decode("ascii", "replace"))
            continue
        names = tuple(re.findall(r"\w+", members.decode("utf-8", "replace")))
        module = source.decode("utf-8", "replace")
        rest = module.lstrip(".")
        if rest == module:
            yield _Import(module, names, is_plugin=b"*" in members or any(name[:7] == "pytest_" for name in names))
            continue
        place = folder
        for _ in range(len(module) - len(rest) - 1):
            place = os.path.dirname(place)
        place = os.path.join(place, *rest.split(".")) if rest else place
        yield _Import(place, is_place=True)
        for name in names:
            yield _Import(os.path.join(place, name), is_place=True)
    if any(word in text for word in _NAMES_MODULES_BY_TEXT):
        for found in _DOTTED_TEXT.findall(text):
            yield _Import(found.decode("ascii"), is_plugin=True)
