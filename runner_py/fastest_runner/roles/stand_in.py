"""Stands in for pytest-xdist's plugin where that is not installed, or is switched off by `-p no:xdist`.

A plugin of two parts often asks for pytest-xdist before it takes its part:

    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(MyXdistHooks())

Both parts have to get the same answer. So workers and the control session each have the stand-in and the hooks.
"""

from __future__ import annotations

from typing import Any

import pytest

_NAME = "xdist"


class _Hooks:
    """pytest-xdist's hooks, if it is not there to specify them."""

    @pytest.hookspec()
    def pytest_xdist_setupnodes(self, config: Any, specs: Any) -> None:
        """Called before the first worker is set up."""

    @pytest.hookspec()
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        """Called for each worker's process."""

    @pytest.hookspec()
    def pytest_configure_node(self, node: Any) -> None:
        """Called for a worker before it starts."""

    @pytest.hookspec()
    def pytest_testnodeready(self, node: Any) -> None:
        """Called for a worker when its session is configured."""

    @pytest.hookspec()
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Any) -> None:
        """Called for a worker when it has collected."""

    @pytest.hookspec()
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Called for a worker when its session has ended, or it has died."""

    @pytest.hookspec(firstresult=True)
    def pytest_xdist_make_scheduler(self, config: Any, log: Any) -> Any:
        """Called once, before the first worker begins."""

    @pytest.hookspec(firstresult=True)
    def pytest_xdist_getremotemodule(self) -> Any:
        """Called for each worker, after pytest_configure_node."""

    @pytest.hookspec(firstresult=True)
    def pytest_handlecrashitem(self, crashitem: Any, report: Any, sched: Any) -> Any:
        """Called for a test whose worker has died, before its report is logged."""


class _Plugin:
    """Has no hooks."""


def take_place(plugins: Any) -> None:
    """To be called in pytest_cmdline_main, before plugins are configured."""
    specified = getattr(plugins.hook, "pytest_configure_node", None)
    if specified is None or not specified.has_spec():
        plugins.add_hookspecs(_Hooks)
    if plugins.hasplugin(_NAME):
        return
    if plugins.is_blocked(_NAME):
        # -p no:xdist is about pytest-xdist itself. (pluggy before 1.4 has no `unblock`.)
        del plugins._name2plugin[_NAME]
    plugins.register(_Plugin(), _NAME)


def is_in_place(plugins: Any) -> bool:
    """Whether pytest-xdist itself is not there."""
    return isinstance(plugins.get_plugin(_NAME), _Plugin)
