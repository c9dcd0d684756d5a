"""tools/suites: the answers that need no download."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = [
    line.split()
    for line in (ROOT / "tools/requirements/suites.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def suites(*args):
    return subprocess.run([ROOT / "tools/suites", *args], capture_output=True, text=True, timeout=60)


def test_lists_the_table():
    run = suites("--list")
    assert run.returncode == 0
    assert run.stdout.split() == [row[0] for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_rows_are_whole(row):
    name, version, digest = row[:3]
    assert re.fullmatch(r"[\d.]+", version)
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    requirements = (ROOT / f"tools/requirements/suites/{name}.txt").read_text("utf-8").splitlines()
    pins = [line for line in requirements if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    assert name == "pytest" or any(pin.startswith("pytest==") for pin in pins)


def test_requirements_are_of_rows():
    names = {row[0] for row in TABLE}
    files = {file.name for file in (ROOT / "tools/requirements/suites").iterdir()}
    assert files - {"build.txt"} - {f"{name}.build.txt" for name in names} == {f"{name}.txt" for name in names}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_arguments_are_the_rows(row):
    run = suites("--args", row[0])
    assert run.returncode == 0
    assert run.stdout.splitlines() == row[4:]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_kind_is_the_rows(row):
    run = suites("--kind", row[0])
    assert run.returncode == 0
    assert run.stdout.splitlines() == [row[3]]
    assert re.fullmatch("[a-z-]+", row[3])


@pytest.mark.parametrize("args", [(), ("--args",), ("--python",), ("--nothing",)], ids=" ".join)
def test_usage(args):
    run = suites(*args)
    assert run.returncode == 4
    assert run.stderr.startswith("suites: ")


def test_unknown_name():
    run = suites("no-such-project")
    assert run.returncode == 4
    assert "no-such-project" in run.stderr
    assert "attrs" in run.stderr
