"""The wheel, made once, and wheels of pytest to install beside it."""

import subprocess
import sys

import pytest
from packages import PROJECT, ROOT, ask, make, must


@pytest.fixture(scope="session")
def package_python():
    return ask("--python", "package")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    return make("wheel", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheels_of_pytest(tmp_path_factory, package_python):
    """A folder with pytest and all that it needs, for installations without a network."""
    folder = tmp_path_factory.mktemp("wheels")
    requirements = ROOT / "tools/requirements/run.txt"
    words = [package_python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--only-binary", ":all:"]
    # Python 3.9 and 3.10 need more than this; the bare systems have newer ones.
    subprocess.run([*words, "-r", requirements, "-d", folder], check=True)
    return folder


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    for name, text in PROJECT.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="session")
def by_pip(tmp_path_factory, wheel, wheels_of_pytest):
    """An environment with pytest and Fastest, installed by pip."""
    folder = tmp_path_factory.mktemp("pip") / "venv"
    must(sys.executable, "-m", "venv", folder)
    must(folder / "bin/pip", "install", "-q", "--no-index", "--find-links", wheels_of_pytest, "pytest", wheel)
    return folder
