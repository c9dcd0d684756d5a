"""What VS Code's plugin for pytest needs to know in a process that runs no tests itself.

`vscode_pytest` belongs to the Python extension. It names a test by its file's absolute path, which it takes from the
item in pytest_runtest_protocol. And it hears of a set-up that fails in pytest_exception_interact alone. In a control
session neither hook is called, so this module says both. Where the plugin is not loaded, nothing happens.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

_PLUGIN = "vscode_pytest"


def without_plugin(arguments: list[str]) -> list[str]:
    """Returns the arguments without `-p vscode_pytest`: a worker would report its tests a second time."""
    kept: list[str] = []
    for argument in arguments:
        if argument == _PLUGIN and kept and kept[-1] == "-p":
            kept.pop()
        elif argument != f"-p{_PLUGIN}":
            kept.append(argument)
    return kept


class Editor:
    """One for a session."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self._rootpath = config.rootpath

    def before_test(self, node_id: str, reports: list[Any]) -> None:
        """To be called before the reports of a test are told."""
        plugin = self._config.pluginmanager.get_plugin(_PLUGIN)
        if plugin is None:
            return
        node = SimpleNamespace(nodeid=node_id, path=self._rootpath / node_id.partition("::")[0])
        paths = getattr(plugin, "map_id_to_path", None)
        if isinstance(paths, dict):
            paths[node_id] = _path_of(plugin, node)
        for report in reports:
            if report.failed and report.when != "call":
                plugin.pytest_exception_interact(node=node, call=_call_of(report), report=report)


def _path_of(plugin: Any, node: Any) -> Path:
    # The plugin's own answer is by links, if the workspace is one. It keeps answers by the node's identity.
    find = getattr(plugin, "get_node_path", None)
    path: Path = node.path if find is None else find(node)
    getattr(plugin, "_path_cache", {}).pop(id(node), None)
    return path


def _call_of(report: Any) -> Any:
    line = str(getattr(getattr(report.longrepr, "reprcrash", None), "message", "")) or report.longreprtext
    name = line.partition(":")[0].rpartition(".")[2]
    excinfo = SimpleNamespace(typename=name, exconly=lambda tryshort=False: line)
    return SimpleNamespace(excinfo=excinfo, when=report.when)
