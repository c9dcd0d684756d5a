"""Which modules need no import because the coordinator has decided their tests (--engine=native).

It has seen from their text that they do nothing but define tests, and that these pass. That is the verdict of pytest
where nobody but pytest has a say: no foreign hook that sees tests, no fixture that applies to them by itself, no option
that selects or shows in another way, nobody who measures what is executed. The coordinator can't know that; here it is
known. A reason is a text for a person, and whatever is not known is one.
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

# Through which tests, or what came of them, are seen.
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
# Plugins that have nothing to do with synchronous functions that take no fixtures and have no marks. They were read.
_BYSTANDERS = frozenset({"_hypothesis_pytestplugin", "anyio.pytest_plugin", "pytest_asyncio.plugin", "pytest_timeout"})

_OPTIONS = {
    "keyword": "-k is given",
    "markexpr": "-m is given",
    "deselect": "--deselect is given",
    "maxfail": "the run is to stop after failures",
}


class NativeModules:
    """Those of one session."""

    def __init__(self, modules: Iterable[dict[str, Any]], session: Any) -> None:
        """`modules` are RunSpec.native_modules."""
        self._wanted = {module.get("node_id", ""): module.get("crc32", 0) for module in modules}
        self._session = session
        self._nodes: list[Any] = []
        # Why none is left out; empty if nothing speaks against it, or if there are none.
        self.refused = ""

    def begin(self) -> None:
        """The collection begins, with those conftests loaded that are found first."""
        if self._wanted:
            self.refused = self._reason() or ""

    def fields(self) -> dict[str, Any]:
        """Those of the Collection message."""
        if not self._wanted:
            return {}
        return {"native": [node.nodeid for node in self._nodes], "native_refused": self.refused}

    def leave_out(self, node: Any) -> bool:
        """Whether a file collector's module need not be imported, as far as is known so far."""
        if self.refused or node.nodeid not in self._wanted or type(node) is not pytest.Module:
            return False
        # A package's own code would run first.
        if isinstance(node.parent, pytest.Package) or not _has_bytes(node.path, self._wanted[node.nodeid]):
            return False
        if self._session.config.getoption("importmode") == "prepend":
            # Another file may have its name.
            if node.path.stem in sys.modules:
                return False
            # As pytest's import does it: other modules may find theirs by it.
            folder = str(node.path.parent)
            if not sys.path or sys.path[0] != folder:
                sys.path.insert(0, folder)
        self._nodes.append(node)
        return True

    def settle(self) -> list[Any]:
        """Every conftest is loaded: which of those that were left out have to be imported after all."""
        if self._nodes:
            self.refused = self._reason() or ""
        return self.give_up(self.refused) if self.refused else []

    def give_up(self, reason: str) -> list[Any]:
        """None is left out. Gives those that were."""
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
            or listeners.find_preparing(config)
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
    """Whether Python's own part is as it was before anything of the project was loaded."""
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
