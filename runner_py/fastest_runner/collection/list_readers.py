"""Finds code that may look at all tests of a session, by session.items or session.testscollected.

    @pytest.fixture(scope="session", autouse=True)
    def services(request):
        for item in request.session.items: ...

With pytest, and in each of pytest-xdist's workers, that list has all tests of the run. A session that collects by
module has only those of one module there. So such code needs the whole collection. It is found by its text: plugins,
conftests, test files, and modules of the project that they have imported. The search errs on the safe side.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, Iterator

# Plugins that look at the list only for an option that needs the whole collection or a control session anyway, or at
# one module's tests at a time. Their sources were read.
_KNOWN = frozenset(
    {
        "_hypothesis_pytestplugin",
        "anyio",
        "pytest_bdd",
        "pytest_cov",
        "pytest_html",
        "pytest_jsonreport",
        "pytest_rerunfailures",
        "pytest_sugar",
    }
)
# How code gets hold of a session, and the attribute `items` without a call: dictionaries have a method of that name.
_SESSION = re.compile(rb"[Ss]ession|listchain|iter_parents|getparent|\bparent\b")
_DIRECTLY = re.compile(rb"[Ss]ession\s*\.\s*items\b(?!\s*\()")
_ITEMS = re.compile(rb"\.\s*items\b(?!\s*\()")
_BY_NAME = re.compile(rb"getattr|attrgetter|__getattribute__|__dict__|\bvars\b")
_NAME = re.compile(rb"[\"']items[\"']")


def reason(config: Any, files: list[Any]) -> str | None:
    """Returns whose code may look at all tests, for a person to read. `files` are the file collectors."""
    for path, name, is_of_tests in _sources(config, files):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        word = _word(text, is_of_tests)
        if word:
            return f"{name} may look at all tests ({word})"
    return None


def _word(text: bytes, is_of_tests: bool) -> str:
    if b"testscollected" in text:
        return "testscollected"
    if b"items" not in text or not _SESSION.search(text):
        return ""
    if not is_of_tests and b"pytest" not in text:
        # A program may have sessions and items of its own.
        return "session.items" if _DIRECTLY.search(text) else ""
    if _ITEMS.search(text) or (_NAME.search(text) and _BY_NAME.search(text)):
        return "session.items"
    return ""


def _sources(config: Any, files: list[Any]) -> Iterator[tuple[str, str, bool]]:
    """Yields the files to read, each once, with a name for a person, and whether the file belongs to tests."""
    seen: set[str] = set()
    root = str(config.rootpath) + os.sep
    packages = _plugin_packages(config)
    for node in files:
        path = str(node.path)
        if path.endswith(".py") and path not in seen:
            seen.add(path)
            yield path, node.nodeid, True
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__dict__", {}).get("__file__")
        if type(path) is not str or not path.endswith(".py") or path in seen:
            continue
        package = name.split(".", 1)[0]
        is_of_tests = package in packages or path.endswith("conftest.py")
        if is_of_tests or (path.startswith(root) and "site-packages" not in path and not _is_ours(package)):
            seen.add(path)
            yield path, path[len(root) :] if path.startswith(root) else f"plugin {name}", is_of_tests


def _plugin_packages(config: Any) -> set[str]:
    """Returns the packages of plugins that are not known."""
    packages = set()
    for plugin in config.pluginmanager.get_plugins():
        name = str(getattr(plugin, "__name__", "") if type(plugin) is type(sys) else type(plugin).__module__)
        package = name.split(".", 1)[0]
        if package and package not in _KNOWN and not _is_ours(package):
            packages.add(package)
    return packages - {"_pytest", "pytest", "pluggy", "builtins", "xdist"}


def _is_ours(package: str) -> bool:
    return package == __name__.split(".", 1)[0]
