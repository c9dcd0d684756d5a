"""`pytest --fastest` as its users call it: real processes, in an environment with plugins of editors."""

import subprocess
from pathlib import Path

import parity
import pytest
from coordinator_process import LIMIT_S, Fastest
from setup_tool import ROOT, ask_setup

_METADATA = "Metadata-Version: 2.1\nName: fastest-under-test\nVersion: 0\n"
_ENTRY_POINTS = "[pytest11]\nfastest = fastest.pytest_plugin\n"


@pytest.fixture(scope="session")
def environment_python():
    """An interpreter with pytest and plugins of editors."""
    return Path(ask_setup("--python", "editors"))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A folder of packages, as the wheel installs them."""
    folder = tmp_path_factory.mktemp("site")
    for package in ("fastest", "fastest_runner"):
        (folder / package).symlink_to(ROOT / "runner_py" / package)
    info = folder / "fastest_under_test-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(_METADATA)
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    return folder


@pytest.fixture
def environment(coordinator, site, tmp_path):
    """What a person has in the environment: the plugin is installed, and the coordinator found."""
    return {
        **parity.clean_environment(),
        "PYTHONPATH": str(site),
        "FASTEST_COORDINATOR": str(coordinator),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


@pytest.fixture
def project(tmp_path):
    """Makes a project from a mapping of file names to texts."""

    def make(files, name="project"):
        folder = tmp_path / name
        for path, text in {"pytest.ini": "[pytest]\n", **files}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def call(environment_python, environment):
    """Runs pytest to its end."""

    def call(folder, *arguments, env=None, command=None):
        command = command or [environment_python.parent / "pytest"]
        return subprocess.run(
            [str(word) for word in [*command, *arguments]],
            cwd=folder,
            env={**environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )

    call.pytest = environment_python.parent / "pytest"
    return call


@pytest.fixture
def start(environment_python, environment):
    """Starts pytest, and kills what it leaves behind."""
    started = []

    def start(folder, *arguments, env=None, **streams):
        command = [str(environment_python.parent / "pytest"), *map(str, arguments)]
        started.append(Fastest(command, folder, {**environment, **(env or {})}, None, **streams))
        return started[-1]

    yield start
    for one in started:
        one.kill_all()
