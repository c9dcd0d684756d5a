"""What is made of a project's own scheduler, which pytest_xdist_make_scheduler returns (docs/adr/0050).

For example, a project has a class `OwnScheduling(LoadScopeScheduling)` whose `_split_scope` names a database by the
node id. pytest-xdist then runs the tests of one database on one worker. The coordinator gives out batches by its own
plan, so it cannot ask a scheduler. But it keeps groups of tests together, and `_split_scope` says which tests belong
together:

  - Schedulers of pytest-xdist's own classes for `--dist load`, `worksteal` and `loadgroup` ask for nothing more than
    what every run does.
  - LoadScopeScheduling, LoadFileScheduling, and subclasses of these that change nothing of them but `_split_scope`,
    name groups.
  - Any other scheduler may rely on an order between tests of any kind. All tests are one group, and so they run on one
    worker in the order in which they were collected.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Callable

import pytest

_OWN_PACKAGE = "xdist.scheduler."
_WITHOUT_GROUPS = ("LoadScheduling", "WorkStealingScheduling", "LoadGroupScheduling")
# What a subclass may define and still divide tests as its base does.
_HARMLESS = {"__module__", "__doc__", "__init__", "__dict__", "__weakref__", "_split_scope"}


class Defaults:
    """A plugin with what pytest-xdist answers if no other plugin does. None without pytest-xdist.

    pytest-xdist registers its own after all others. So they are asked last, even where others say `trylast`.
    """

    def __init__(self, config: Any) -> None:
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_xdist_make_scheduler(self, config: Any, log: Any) -> Any:
        if not _has_xdist(config):
            return None
        from xdist.scheduler import LoadScheduling

        return LoadScheduling(config, log)

    @pytest.hookimpl(trylast=True)
    def pytest_xdist_getremotemodule(self) -> Any:
        return genuine_remote_module(self._config)


def genuine_log(config: Any) -> Any:
    """Returns the `log` that pytest-xdist hands to pytest_xdist_make_scheduler. None without pytest-xdist."""
    if not _has_xdist(config):
        return None
    from xdist.remote import Producer

    return Producer("dsession", enabled=config.option.debug)


def genuine_remote_module(config: Any) -> Any:
    """Returns the module that pytest-xdist runs in a worker if no plugin names another. None without pytest-xdist."""
    if not _has_xdist(config):
        return None
    import xdist.remote

    return xdist.remote


def _has_xdist(config: Any) -> bool:
    plugin = sys.modules.get("xdist.plugin")
    return plugin is not None and bool(config.pluginmanager.is_registered(plugin))


def rule_of(scheduler: Any) -> tuple[str, ...]:
    """Returns what workers are told of a scheduler: its module and class. Empty: nothing is to be kept together."""
    cls = type(scheduler)
    if scheduler is None or (cls.__module__.startswith(_OWN_PACKAGE) and cls.__name__ in _WITHOUT_GROUPS):
        return ()
    return cls.__module__, cls.__qualname__


class Groups:
    """In a worker: the groups into which a scheduler divides the tests."""

    def __init__(self, config: Any, rule: tuple[str, ...]) -> None:
        """`rule` is what rule_of returns, and not empty."""
        self._config = config
        self._module, self._name = rule
        self.reason = f"{self._name} of pytest_xdist_make_scheduler decides which tests share a worker"

    def of(self, node_ids: list[str]) -> list[str]:
        """The name of each test's group. To be asked when all conftests and plugins are loaded."""
        split = self._split_scope()
        if split is not None:
            with contextlib.suppress(Exception):
                return [f"scheduler:{split(node_id)}" for node_id in node_ids]
        # Nobody here can tell them apart, or `_split_scope` needs more of the scheduler than a worker has.
        return ["scheduler"] * len(node_ids)

    def _split_scope(self) -> Callable[[str], Any] | None:
        found: Any = sys.modules.get(self._module)
        for part in self._name.split("."):
            found = getattr(found, part, None)
        try:
            from xdist.scheduler import LoadScopeScheduling
        except ImportError:
            return None
        if not isinstance(found, type) or not issubclass(found, LoadScopeScheduling):
            return None
        parts = set(dir(LoadScopeScheduling)) - _HARMLESS
        for cls in found.__mro__[: found.__mro__.index(LoadScopeScheduling)]:
            if not cls.__module__.startswith(_OWN_PACKAGE) and not parts.isdisjoint(vars(cls)):
                return None
        # The constructor wants the options of a controller.
        scheduler = found.__new__(found)
        scheduler.config = self._config
        return scheduler._split_scope


class Finished:
    """The scheduler, for pytest_handlecrashitem. Only a test that it is to run again needs an answer of ours."""

    def __init__(self, scheduler: Any, refuse: Callable[[str], None]) -> None:
        self._scheduler = scheduler
        self.mark_test_pending = refuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scheduler, name)
