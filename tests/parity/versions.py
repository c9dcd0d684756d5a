"""Holds Fastest against pytest on every project of tests/suites, with several versions of pytest and Python.

    tools/bench versions [--python X.Y]... [--pytest SET]... [--write] [SUITE...]

An interpreter is taken where there is one: as pythonX.Y on PATH, or among pyenv's. Each gets an environment for each
set of tools/requirements that it can have. --write makes docs/compatibility.md. Exits with 1 if a verdict differs.
"""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import parity
import suites

PAGE = parity.ROOT / "docs/compatibility.md"
REQUIREMENTS = parity.ROOT / "tools/requirements"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fastest/versions"

PYTHONS = ("3.9", "3.11", "3.13")
# The sets of tools/requirements whose pytest is tried, from the oldest.
SETS = ("pytest7", "pytest8", "run")

_NO_SUCH_INI = "before 9 pytest ends with a stack trace and exit code 1; here it is a usage error, as from 9 on"
# Differences that are known, by suite and set, and why they stay.
KNOWN = {
    ("bad_arguments-no_such_ini", "pytest7"): _NO_SUCH_INI,
    ("bad_arguments-no_such_ini", "pytest8"): _NO_SUCH_INI,
    ("fixtures_package", "pytest7"): (
        "pytest 7.4 keeps a package's fixture until the end of the session; with two workers the other module is in a "
        "process that never had it. With one worker the verdict is pytest's"
    ),
}

HEAD = """\
# Compatibility

Every project of `tests/suites`, run by pytest and by Fastest with these versions of pytest and Python: ids, outcomes,
exit code, counts, summary lines and the texts of failures are compared. `tools/bench versions --write` makes this page.
"""


@dataclass
class Environment:
    """An interpreter with a pytest."""

    set: str
    python: str
    python_version: str
    pytest_version: str


def find_python(version):
    """An interpreter of this version; None: there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for candidate in [f"python{version}", f"/usr/bin/python{version}", *sorted(pyenv.glob(f"{version}.*/bin/python"))]:
        try:
            asked = subprocess.run([candidate, "-c", "import ensurepip, platform; print(platform.python_version())"],
                                   capture_output=True, text=True)  # fmt: skip
        except OSError:
            continue
        if asked.returncode == 0 and asked.stdout.startswith(f"{version}."):
            return str(candidate)
    return None


def make_environment(version, name):
    """The environment of a set for a version of Python; None: there is no such Python, or no such pytest for it."""
    base = find_python(version)
    if base is None:
        return None
    folder = CACHE / f"{version}-{name}"
    python = str(folder / "bin/python")
    quiet = {"check": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not (folder / "complete").exists():
        subprocess.run([base, "-m", "venv", "--clear", folder], **quiet)
        pip = [python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS / f"{name}.txt"]
        if subprocess.run(pip, **quiet).returncode != 0:
            return None
        (folder / "complete").touch()
    program = "import platform, pytest; print(platform.python_version(), pytest.__version__)"
    found = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    return Environment(name, python, *found)


def can_run(case, python):
    """Whether the environment has the modules that the project needs."""
    if not case.needs:
        return True
    program = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(n) is None for n in sys.argv[1:]))"
    return subprocess.run([python, "-c", program, *case.needs], check=False).returncode == 0


def compare(case, python):
    """Where Fastest differs from pytest, with as many workers as the case allows; what is written down is not asked."""
    slots = max(case.slots)
    expected = suites.run_pytest(case, python)
    actual = suites.run_fastest(case, slots, python)
    said = [text for text in case.says if text in expected.stdout + expected.stderr]
    return suites.unlike_pytest(replace(case, says=said), slots, expected, actual)


def compare_all(environment, cases):
    """{case's id: differences} of all cases that this environment can run."""
    cases = [case for case in cases if can_run(case, environment.python)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(lambda case: compare(case, environment.python), cases)
    return dict(zip((case.id for case in cases), found))


def make_page(results):
    lines = [HEAD, "| Python | pytest | runs compared | equal | differences |", "|---|---|--:|--:|---|"]
    for environment, found in results:
        unlike = [case for case, differences in found.items() if differences]
        named = "; ".join(f"{case}: {KNOWN.get((case, environment.set), 'not explained')}" for case in unlike)
        equal = len(found) - len(unlike)
        lines.append(
            f"| {environment.python_version} | {environment.pytest_version} | {len(found)} | {equal} | {named} |"
        )
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="tools/bench versions", description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="projects of tests/suites (default: all)")
    parser.add_argument("--python", action="append", metavar="X.Y", help=f"default: {', '.join(PYTHONS)}")
    parser.add_argument("--pytest", action="append", metavar="SET", choices=SETS, help=f"default: {', '.join(SETS)}")
    parser.add_argument("--write", action="store_true", help="write docs/compatibility.md")
    options = parser.parse_args()
    cases = [case for case in suites.load_all() if not options.suites or case.suite in options.suites]
    results, unexplained = [], 0
    for version in options.python or PYTHONS:
        for name in options.pytest or SETS:
            environment = make_environment(version, name)
            if environment is None:
                print(f"Python {version}, {name}: not to be had", flush=True)
                continue
            found = compare_all(environment, cases)
            results.append((environment, found))
            unlike = {case: lines for case, lines in found.items() if lines}
            print(f"Python {environment.python_version}, pytest {environment.pytest_version}: "
                  f"{len(found)} runs, {len(unlike)} differ", flush=True)  # fmt: skip
            for case, lines in unlike.items():
                known = KNOWN.get((case, name))
                unexplained += known is None
                for line in lines:
                    print(re.sub("^", "  ", f"{case}: {line}", flags=re.MULTILINE), flush=True)
    if options.write:
        PAGE.write_text(make_page(results), "utf-8")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
