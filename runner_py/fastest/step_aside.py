"""When `pytest --fastest` leaves the tests to plain pytest: wherever parallel tests would be something else."""

from __future__ import annotations

import sys
from typing import Any, Iterator

# Options with which a person talks to the tests, or with which pytest answers and runs none. The names are argparse's.
_OPTIONS = {
    "usepdb": "--pdb",
    "trace": "--trace",
    "collectonly": "--collect-only",
    "showfixtures": "--fixtures",
    "show_fixtures_per_test": "--fixtures-per-test",
    "markers": "--markers",
    "help": "--help",
    "version": "--version",
    "cacheshow": "--cache-show",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "setupshow": "--setup-show",
    "traceconfig": "--trace-config",
    "looponfail": "pytest-xdist's --looponfail",
    "tx": "pytest-xdist's --tx",
}
_DEBUGGERS = ("debugpy", "pydevd", "_pydevd_bundle")
# Whose reports this process would not make. pytest's plugins by the names by which -p no:NAME knows them.
_REPORTING = ("terminal", "terminalreporter", "main", "runner", "reports")


def reasons(config: Any) -> Iterator[str]:
    """Yields what speaks for plain pytest, for a person. `config` is known as far as options go."""
    options = config.known_args_namespace
    if not sys.platform.startswith("linux"):
        yield f"Fastest runs on Linux, and this is {sys.platform}"
    for module in _DEBUGGERS:
        if module in sys.modules:
            yield f"a debugger is loaded ({module})"
    if sys.gettrace() is not None or sys.getprofile() is not None or _is_monitored():
        yield "a debugger, a profiler or coverage traces this process"
    for name, option in _OPTIONS.items():
        if getattr(options, name, None):
            yield f"{option} is given"
    if getattr(options, "dist", None) == "each":
        yield "pytest-xdist's --dist each is given"
    for name in _REPORTING:
        if config.pluginmanager.is_blocked(name):
            yield f"-p no:{name} is given"
    if config.invocation_params.plugins:
        yield "pytest.main was given plugins, which workers do not have"


def _is_monitored() -> bool:
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_tool(tool) is not None for tool in range(6))
