"""A real zygote for the whole run, and projects and workers for single tests."""

from __future__ import annotations

import itertools
import os
import sys
import textwrap
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests/harness"))

import virtual_environment  # noqa: E402
from driver import Kept, Worker, Zygote  # noqa: E402


def _environment() -> dict[str, str]:
    """Returns our environment without variables of the pytest that runs these tests, or that change the hosted pytest.

    Installed plugins have no part in these tests. A test that needs a plugin names it.
    """
    foreign = ("PYTEST_", "COLUMNS", "CI", "BUILD_NUMBER")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**ours, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@pytest.fixture(autouse=True)
def surroundings_of_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives genuine pytest the workers' environment. Some tests run it for comparison."""
    wanted = _environment()
    for name in set(os.environ) - set(wanted) - {"PYTEST_CURRENT_TEST"}:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", wanted["PYTEST_DISABLE_PLUGIN_AUTOLOAD"])


@pytest.fixture
def make_zygote() -> Iterator[Callable[..., Zygote]]:
    """Starts zygotes for one test, with other values of variables. None removes a variable."""
    made: list[Zygote] = []

    def make(**variables: str | None) -> Zygote:
        changed = {**_environment(), **variables}
        zygote = Zygote(env={name: value for name, value in changed.items() if value is not None})
        made.append(zygote)
        return zygote

    yield make
    for zygote in made:
        if zygote.process.poll() is None:
            zygote.close()


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    zygote = Zygote(env=_environment())
    yield zygote
    assert zygote.close() == 0


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Writes files, given as name=text with `__` for `/` and `.py` left out, and returns their directory."""

    def write(files: Any = None, **modules: str) -> Path:
        contents = {f"{name.replace('__', '/')}.py": text for name, text in modules.items()}
        contents.update(files or {})
        for name, text in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path

    return write


_numbers = itertools.count()


@pytest.fixture
def worker(zygote: Zygote) -> Iterator[Callable[..., Worker]]:
    """Forks a worker and starts its session: worker(directory, *pytest_args, **run_spec)."""
    made: list[Worker] = []

    def fork(directory: Path, *args: str, **spec: Any) -> Worker:
        worker = zygote.worker(f"gw{next(_numbers)}")
        made.append(worker)
        worker.start(directory, "-p", "no:cacheprovider", *args, **spec)
        return worker

    yield fork
    for worker in made:
        zygote.control.send({"type": "kill", "worker_id": worker.worker_id})
        worker.peer.socket.close()


@pytest.fixture
def run_all(worker: Callable[..., Worker]) -> Callable[..., Worker]:
    """Runs a whole project in one worker, with a lease for each module. Returns the worker when it has ended."""

    def run(directory: Path, *args: str, **spec: Any) -> Worker:
        running = worker(directory, *args, **spec)
        collection = running.wait_for("ready")["collection"]
        if collection["mode"] == "BY_MODULE":
            batches = [{"module": module} for module in collection["modules"]]
        else:
            batches = [{"tests": [{"node_id": test["node_id"]} for test in collection["tests"]]}]
        for number, batch in enumerate(batches, start=1):
            running.lease(number, **batch)
        running.send({"finish": {}})
        running.read_to_end()
        return running

    return run


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    """Starts zygotes that serve run after run."""
    kept: list[Kept] = []

    def make(*args: Any, **variables: str) -> Kept:
        kept.append(Kept(*(args or (tmp_path,)), **variables))
        return kept[-1]

    yield make
    for one in kept:
        one.zygote.close()


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A virtual environment with the packages that are installed beside pytest here."""
    return virtual_environment.beside_pytest(tmp_path / "venv")
