"""The suites that benchmarks run, each in its own folder."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/parity"))

import generate  # noqa: E402
import parity  # noqa: E402


class Project(NamedTuple):
    folder: Path
    python: str
    # The arguments for pytest.
    args: list


def ask(*words):
    """The lines that a program of the project prints."""
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout.splitlines()


def is_generated(suite):
    return suite in generate.SUITES


def needs_more(suite):
    """Whether the suite's tests need more than pytest."""
    return not is_generated(suite) or bool(generate.SUITES[suite].environment)


def make(suite, folder, python=None, **options):
    """Puts the suite into `folder` unless the folder exists. It is generated, or a public suite of tools/suites.

    `python` is the interpreter for suites that need only pytest. The default is that of the set "run".
    """
    if not is_generated(suite):
        if not folder.exists():
            parity.copy_project(Path(ask("tools/suites", suite)[0]), folder)
        return Project(folder, ask("tools/suites", "--python", suite)[0], ask("tools/suites", "--args", suite))
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        print(generate.generate(suite, folder, **options), flush=True)
    environment = generate.SUITES[suite].environment
    if python is None or environment:
        python = ask("tools/setup", "--python", environment or "run")[0]
    return Project(folder, python, [])
