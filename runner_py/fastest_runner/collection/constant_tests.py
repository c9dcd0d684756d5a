"""Constant tests: their verdict is known from their text alone, so their modules need no import (--engine=native).

For example, a module that holds nothing but `def test_sum(): assert 1 + 1 == 2`. The coordinator has seen from the text
that the module only defines tests, and that they pass. pytest's verdict is the same if nobody but pytest has a say:
- no foreign hook sees tests;
- no fixture applies to them by itself;
- no option selects tests or shows them in another way;
- nobody measures which lines are executed.
The coordinator cannot know that, but a session can. A reason against is a text for a person. Anything unknown is one.
"""

from __future__ import annotations

import builtins
import sys
import zlib
from typing import Any, Iterable

import pytest

from ..direct import guards
from ..process import measuring
from . import listeners, soundness

_BUILTINS = dict(vars(builtins))

# Hooks that see tests or their results.
_HOOKS = (
    "pytest_assertion_pass",
    "pytest_collect_file",
    "pytest_collection",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_collectreport",
    "pytest_collectstart",
    "pytest_deselected",
    "pytest_fixture_post_finalizer",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_itemcollected",
    "pytest_make_collect_report",
    "pytest_pycollect_makeitem",
    "pytest_pycollect_makemodule",
    "pytest_pyfunc_call",
    "pytest_report_teststatus",
    "pytest_runtest_call",
    "pytest_runtest_logfinish",
    "pytest_runtest_logreport",
    "pytest_runtest_logstart",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_runtestloop",
)
# Plugins that do nothing with synchronous functions without fixtures and marks. Their sources were read.
_BYSTANDERS = frozenset({"_hypothesis_pytestplugin", "anyio.pytest_plugin", "pytest_asyncio.plugin", "pytest_timeout"})

_OPTIONS = {
    "keyword": "-k is given",
    "markexpr": "-m is given",
    "deselect": "--deselect is given",
    "maxfail": "the run is to stop after failures",
}


class ConstantModules:
    """Modules of constant tests in one session. Their tests are called native in messages."""

    def __init__(self, modules: Iterable[dict[str, Any]], session: Any) -> None:
        """`modules` are RunSpec.native_modules."""
        self._wanted = {module.get("node_id", ""): module.get("crc32", 0) for module in modules}
        self._session = session
        self._nodes: list[Any] = []
        # Why no module is left out; empty if nothing speaks against it, or if there are no such modules.
        self.refused = ""

    def begin(self) -> None:
        """As the collection begins. The first conftests are loaded by then."""
        if self._wanted:
            self.refused = self._reason() or ""

    def fields(self) -> dict[str, Any]:
        """Returns fields of the Collection message."""
        if not self._wanted:
            return {}
        return {"native": [node.nodeid for node in self._nodes], "native_refused": self.refused}

    def leave_out(self, node: Any) -> bool:
        """Returns whether a file collector's module need not be imported, as far as is known by now."""
        if self.refused or node.nodeid not in self._wanted or type(node) is not pytest.Module:
            return False
        # A package's code would run before the module's.
        if isinstance(node.parent, pytest.Package) or not _has_bytes(node.path, self._wanted[node.nodeid]):
            return False
        if self._session.config.getoption("importmode") == "prepend":
            # Another file may have the module's name.
            if node.path.stem in sys.modules:
                return False
            # pytest's import adds the folder too, and other modules may be imported from there.
            folder = str(node.path.parent)
            if not sys.path or sys.path[0] != folder:
                sys.path.insert(0, folder)
        self._nodes.append(node)
        return True

    def settle(self) -> list[Any]:
        """After all conftests are loaded: returns the modules that have to be imported after all."""
        if self._nodes:
            self.refused = self._reason() or ""
        return self.give_up(self.refused) if self.refused else []

    def give_up(self, reason: str) -> list[Any]:
        """Leaves out no module. Returns those that were left out until now."""
        self.refused = reason if self._wanted else ""
        nodes, self._nodes = self._nodes, []
        return nodes

    def _reason(self) -> str | None:
        config = self._session.config
        return (
            guards.version_reason()
            or guards.session_reason(config)
            or _option_reason(config)
            or ("what is executed is being measured" if measuring.is_measured() else None)
            or _python_reason()
            or guards.hooks_reason(config.pluginmanager.hook)
            or _hook_reason(config)
            or self._fixture_reason()
            or listeners.find(config)
            or None
        )

    def _fixture_reason(self) -> str | None:
        manager = self._session._fixturemanager
        for node in self._nodes:
            for name in manager._getautousenames(node):
                return f'the fixture "{name}" applies to {node.nodeid} by itself'
        return None


def _option_reason(config: Any) -> str | None:
    for name, reason in _OPTIONS.items():
        if getattr(config.option, name, None):
            return reason
    mode = config.getoption("importmode")
    return None if mode in ("prepend", "importlib") else f"--import-mode={mode} is given"


def _python_reason() -> str | None:
    """Returns what of Python itself has changed since this module was loaded, before any code of the project."""
    for name, genuine in _BUILTINS.items():
        if getattr(builtins, name, None) is not genuine:
            return f"somebody has changed Python's {name}"
    first = type(sys.meta_path[0]).__module__ if sys.meta_path else ""
    return None if first == "_pytest.assertion.rewrite" else f"modules are imported by {first or 'nobody'}"


def _has_bytes(path: Any, crc32: int) -> bool:
    try:
        return zlib.crc32(path.read_bytes()) == crc32
    except OSError:
        return False


def _hook_reason(config: Any) -> str | None:
    for name in _HOOKS:
        for implementation in getattr(config.pluginmanager.hook, name).get_hookimpls():
            origin = soundness.foreign_origin(implementation)
            if origin is not None and origin not in _BYSTANDERS:
                return f"{soundness.place_of(implementation, origin)} implements {name}"
    return None
