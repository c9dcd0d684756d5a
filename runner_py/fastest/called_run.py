"""The run that `pytest --fastest` calls for: whether there is one, and what becomes of its exit code."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from . import step_aside, vscode
from .coordinator import Coordinator, find_coordinator

# The name under which the runner is imported, as in workers: no project uses it.
_RUNNER = "_fastest_runner"
# A pytest within pytest, such as pytester's, is plain.
_is_running = False


def begin(config: Any) -> None:
    """Starts the coordinator, and makes this pytest the run's control session. Says so if there is none."""
    global _is_running
    if _is_running:
        return
    why = next(step_aside.reasons(config), "")
    if not why:
        name, arguments = f"fastest-{os.getpid()}-{os.urandom(8).hex()}", _arguments(config)
        program = find_coordinator()
        runner = _find_runner(program)
        coordinator = Coordinator(program, name, arguments, is_module=_has_directory_on_path())
        why = coordinator.why_not
    if why:
        print(f"fastest: plain pytest runs the tests: {why}", file=sys.stderr, flush=True)
        return
    _is_running = True
    session_module = _import_runner(runner, "session.callers_session")
    host = session_module.CallersSession(coordinator, [vscode.Editor(config)])
    host.take_part(config)
    config.pluginmanager.register(host, "fastest_session")
    config.add_cleanup(lambda: _end(coordinator))


def _end(coordinator: Coordinator) -> None:
    global _is_running
    coordinator.end()
    _is_running = False


def _arguments(config: Any) -> list[str]:
    """Returns pytest's arguments for the workers. addopts and PYTEST_ADDOPTS are theirs anyway."""
    return vscode.without_plugin([str(argument) for argument in config.invocation_params.args])


def _has_directory_on_path() -> bool:
    """Whether this is `python -m pytest`, or a program that does the same."""
    directory = os.getcwd()
    return any(entry == "" or entry == directory for entry in sys.path)


def _find_runner(program: str) -> Path:
    """Returns the folder fastest_runner, which is beside this package in a checkout. Raises UsageError."""
    prefix = Path(program).resolve().parent.parent
    folders = [Path(__file__).resolve().parent.parent / "fastest_runner", prefix / "lib/fastest/fastest_runner"]
    for folder in folders:
        if (folder / "__init__.py").is_file():
            return folder
    raise pytest.UsageError(f"--fastest: the folder fastest_runner is missing: {' and '.join(map(str, folders))}")


def _import_runner(folder: Path, module: str) -> Any:
    if _RUNNER not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _RUNNER, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None and spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules[_RUNNER] = package
        spec.loader.exec_module(package)
    return importlib.import_module(f"{_RUNNER}.{module}")
