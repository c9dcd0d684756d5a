"""Modules of site-packages that are loaded before the run, for workers whose tests import them.

The zygote loads modules between two runs, if import_trial has nothing against them, and hides them: in a worker they
are not in sys.modules, and no attributes of their packages, until an import asks for one of them. Then a finder behind
pytest's own gives out the loaded module, if the import would find the same files now. It would find others
- where the project has a module of that name;
- where a conftest changes sys.path;
- where pytest has to rewrite the module's assertions.
Python then imports as always, as if nothing had been loaded. So tests cannot tell the difference, except by the time.

A module is given out together with all that it has imported while it was loaded.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib._bootstrap
import importlib.machinery
import sys
import types
from typing import Any, Callable, Iterator

from . import measuring

_REWRITING = "_pytest.assertion.rewrite"


class _Loaded:
    """The loaded modules in their order, and what they depend on."""

    def __init__(self) -> None:
        self.modules: dict[str, types.ModuleType] = {}
        # The names that a module asked for while it was loaded.
        self.asked: dict[str, set[str]] = {}
        # Those of these names that were not found.
        self.missing: dict[str, set[str]] = {}
        # The finders in sys.meta_path at that time.
        self.finders: list[Any] = []
        self.names: list[str] = []


# For this process and its forked children. It outlives the sessions that get modules from it.
_loaded = _Loaded()


def names() -> list[str]:
    """Returns the names that were asked for and have been loaded."""
    return list(_loaded.names)


@contextlib.contextmanager
def loading(wanted: list[str], is_own: Callable[[str], bool]) -> Iterator[dict[str, str]]:
    """In the zygote: loads the modules that may be loaded. At the end of the context all loaded modules are hidden.

    Gives the names that may not be loaded, with the reasons.
    """
    # Imported here, where nobody waits, and not at each start of a zygote.
    from . import import_trial

    _show(list(_loaded.modules))
    refused = import_trial.refusals(wanted, is_own)
    before = set(sys.modules)
    with _noting_imports():
        for name in wanted:
            if name not in refused:
                importlib.import_module(name)
                _loaded.names.append(name)
    _loaded.modules.update({name: module for name, module in sys.modules.items() if name not in before})
    _loaded.finders[:] = sys.meta_path
    try:
        yield refused
    finally:
        for name, module in _loaded.modules.items():
            del sys.modules[name]
            if (package := _visible_package(name)) and vars(package).get(_attribute(name)) is module:
                delattr(package, _attribute(name))


def _show(names: list[str]) -> None:
    for name in names:
        sys.modules[name] = _loaded.modules[name]
        if package := _visible_package(name):
            setattr(package, _attribute(name), _loaded.modules[name])


def _visible_package(name: str) -> types.ModuleType | None:
    """Returns the package whose attribute a module is; None if the package is hidden too and may keep the attribute."""
    package = name.rpartition(".")[0]
    return None if package in _loaded.modules else sys.modules.get(package)


def _attribute(name: str) -> str:
    return name.rpartition(".")[2]


def offer() -> None:
    """In a worker, before its session begins: has imports find the loaded modules."""
    if _loaded.modules:
        sys.meta_path.insert(0, _Finder())


@contextlib.contextmanager
def _noting_imports() -> Iterator[None]:
    genuine_import, genuine_find = builtins.__import__, importlib._bootstrap._gcd_import  # type: ignore[attr-defined]

    def importing(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        asking = (globals or {}).get("__name__", "")
        absolute = name
        if level:
            package = (globals or {}).get("__package__") or asking
            base = package.rsplit(".", level - 1)[0] if level > 1 else package
            absolute = f"{base}.{name}" if name else base
        _note(asking, absolute)
        try:
            result = genuine_import(name, globals, locals, fromlist, level)
        except ImportError as error:
            _loaded.missing.setdefault(asking, set()).add(error.name or absolute)
            raise
        for part in fromlist or ():
            if isinstance(part, str):
                _note(asking, f"{absolute}.{part}")
        return result

    def finding(name: str, package: Any = None, level: int = 0) -> Any:
        # importlib.import_module(): the nearest caller outside of importlib asks for the name.
        asking = next((caller for caller in _callers() if caller in sys.modules and caller not in _PYTHONS_OWN), "")
        if level == 0:
            _note(asking, name)
        try:
            return genuine_find(name, package, level)
        except ImportError as error:
            _loaded.missing.setdefault(asking, set()).add(error.name or name)
            raise

    builtins.__import__ = importing
    importlib._bootstrap._gcd_import = finding  # type: ignore[attr-defined]
    try:
        yield
    finally:
        builtins.__import__ = genuine_import
        importlib._bootstrap._gcd_import = genuine_find  # type: ignore[attr-defined]


_PYTHONS_OWN = (__name__, "importlib", "importlib._bootstrap")


def _callers() -> Iterator[str]:
    frame = sys._getframe(2)
    while frame is not None:
        yield frame.f_globals.get("__name__", "")
        frame = frame.f_back  # type: ignore[assignment]


def _note(asking: str, name: str) -> None:
    asked = _loaded.asked.setdefault(asking, set())
    while name:
        asked.add(name)
        name = name.rpartition(".")[0]


class _Finder:
    """A finder for sys.meta_path."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        module = _loaded.modules.get(name)
        if module is None or name in sys.modules or measuring.is_measured():
            return None
        needed = _needed_by(name)
        if not all(self._is_free(other) for other in needed):
            return None
        if not all(self._would_be_found(other) for other in needed):
            return None
        if any(_is_found(missing) for other in needed for missing in _loaded.missing.get(other, ())):
            return None
        return _spec_like(module.__spec__, _Loader(module, needed))

    @staticmethod
    def _is_free(name: str) -> bool:
        return sys.modules.get(name) in (None, _loaded.modules[name])

    def _would_be_found(self, name: str) -> bool:
        """Returns whether an import would now take the same file, and Python itself would read it."""
        genuine = _loaded.modules[name].__spec__
        package = name.rpartition(".")[0]
        path = None
        if package:
            parent = _loaded.modules.get(package) or sys.modules.get(package)
            path = getattr(parent, "__path__", None)
        for finder in sys.meta_path:
            if finder is self:
                continue
            if finder not in _loaded.finders and type(finder).__module__ != _REWRITING:
                return False
            if package in _loaded.modules and finder in _loaded.finders:
                # The package is a loaded one: this finder would find the module where it found it before.
                continue
            find = getattr(finder, "find_spec", None)
            found = find(name, path) if find is not None else None
            if found is not None:
                return type(found.loader) is type(genuine.loader) and found.origin == genuine.origin
        return package in _loaded.modules


def _needed_by(name: str) -> list[str]:
    """Returns the names of a module and of all that it needs, in the order of loading."""
    found: set[str] = set()
    rest = [name]
    while rest:
        one = rest.pop()
        if one in found or one not in _loaded.modules:
            continue
        found.add(one)
        rest += _loaded.asked.get(one, ())
        rest.append(one.rpartition(".")[0])
    return [one for one in _loaded.modules if one in found]


def _is_found(missing: str) -> bool:
    top = missing.partition(".")[0]
    if top != missing and (top in sys.modules or top in _loaded.modules):
        # The package is the same, so the name is still missing in it.
        return False
    return top in sys.modules or importlib.machinery.PathFinder.find_spec(top) is not None


def _spec_like(genuine: Any, loader: _Loader) -> Any:
    spec = importlib.machinery.ModuleSpec(genuine.name, loader, origin=genuine.origin)
    spec.submodule_search_locations = genuine.submodule_search_locations
    spec.has_location = genuine.has_location
    spec.cached = genuine.cached
    return spec


class _Loader:
    """Gives out a loaded module. All else is asked of the module's own loader."""

    def __init__(self, module: types.ModuleType, needed: list[str]) -> None:
        self._module = module
        self._needed = needed
        self._genuine_spec: Any = module.__spec__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine_spec.loader, name)

    def create_module(self, spec: Any) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        # Python has set our spec on the module.
        module.__spec__ = self._genuine_spec
        _show(self._needed)
