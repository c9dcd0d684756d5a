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

from ..process.module_globals import globals_of

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
_ITEMS = re.compile(rb"\.\s*items\b(?!\s*\()")
_BY_NAME = re.compile(rb"getattr|attrgetter|__getattribute__|__dict__|\bvars\b")
_NAME = re.compile(rb"[\"']items[\"']")
# Attributes of a session whose names are made while the code runs: getattr(session, "it" + "ems"), vars(session)[name].
_MADE_NAME = re.compile(
    rb"getattr\s*\(\s*[\w.]*[Ss]ession\s*,(?!\s*[\"']\w*[\"']\s*[,)])"
    rb"|vars\s*\(\s*[\w.]*[Ss]ession\s*\)|[Ss]ession\.__dict__"
)


def reason(config: Any, files: list[Any]) -> str | None:
    """Returns whose code may look at all tests, for a person to read. `files` are the file collectors."""
    for path, name in _sources(config, files):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        word = _word(text)
        if word:
            return f"{name} may look at all tests ({word})"
    return None


def _word(text: bytes) -> str:
    if b"testscollected" in text:
        return "testscollected"
    if b"ession" in text and _MADE_NAME.search(text):
        return "an attribute of a session"
    if b"items" not in text or not _SESSION.search(text):
        return ""
    if _ITEMS.search(text) or (_NAME.search(text) and _BY_NAME.search(text)):
        return "session.items"
    return ""


def _sources(config: Any, files: list[Any]) -> Iterator[tuple[str, str]]:
    """Yields the files to read, each once, with a name for a person."""
    root = str(config.rootpath) + os.sep
    names = {str(node.path): node.nodeid for node in files}
    packages = set()
    for plugin in config.pluginmanager.get_plugins():
        # A plugin is a module or an object. Of several modules `conftest` only the last one is in sys.modules.
        own = vars(plugin) if type(plugin) is type(sys) else {"__name__": type(plugin).__module__}
        package = str(own.get("__name__")).split(".", 1)[0]
        if package not in _KNOWN and not _is_ours(package):
            packages.add(package)
            names.setdefault(str(own.get("__file__") or ""), f"plugin {own.get('__name__')}")
    for name, module in list(sys.modules.items()):
        path = globals_of(module).get("__file__")
        if type(path) is str and path not in names:
            package = name.split(".", 1)[0]
            is_of_project = path.startswith(root) and "site-packages" not in path
            if package in packages or (is_of_project and not _is_ours(package)):
                names[path] = f"plugin {name}"
    for path, name in names.items():
        if path.endswith(".py"):
            yield path, path[len(root) :] if path.startswith(root) else name


def _is_ours(package: str) -> bool:
    return package in ("_pytest", "pytest", "pluggy", "builtins", "xdist", __name__.split(".", 1)[0])
