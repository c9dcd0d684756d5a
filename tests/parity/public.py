"""Holds Fastest against pytest on the suites of public projects (tools/suites), and writes docs/parity.md.

    tools/bench parity [--way WAY]... [--resume] [--write] [NAME...]

Each suite is run by pytest twice, and then by Fastest in each way (parity.WAYS). What came of it is kept in
bench/parity, one file for each suite; --resume goes on from these, --write makes the page of them, and --way measures
that way anew and leaves what is kept of the others. Exits with 1 if a verdict differs.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
from pathlib import Path

import parity

TOOL = parity.ROOT / "tools/suites"
KEPT = parity.ROOT / "bench/parity"
PAGE = parity.ROOT / "docs/parity.md"

# pytest's own suite takes a quarter of an hour, and longer on a slow machine.
parity.LIMIT_S = 3600

HEAD = """\
# Parity

The suites of public projects, pinned, run by pytest and by Fastest: every test's id and outcome, the exit code, the
line of counts (with warnings), the short test summary, the cases of the JUnit report and the text of every failure are
compared; with one slot the order, too. Tests about which two runs of pytest do not agree are left out and counted.
`tools/bench parity --write` makes this page.

"""

WAYS_TOLD = {
    "one": "`-n 1`",
    "two": "`-n 2`",
    "agents": "two agents",
    "pytest-engine": "`-n 2 --engine pytest`",
    "native": "`-n 2 --engine native`",
}

# Suites that were tried and can't be compared, and why.
LEFT_OUT = {
    "pyrsistent": (
        "its modules disturb each other: `pytest tests/vector_test.py tests/checked_vector_test.py` fails too, though "
        "each of the two passes alone. With one slot the verdict is pytest's."
    ),
    "jsonschema": (
        "classes of a module disturb each other: `pytest jsonschema/tests/test_validators.py::TestValidatorFor "
        "jsonschema/tests/test_validators.py::TestCreateAndExtend` fails too. With one slot the verdict is pytest's."
    ),
    "pint": "pytest alone takes four minutes, most of it in showing 85,000 warnings",
    "jedi": "pytest alone takes three minutes",
    "idna": "its tests can't be collected with pytest 9 (exit code 2 under both)",
    "sortedcontainers": "its source distribution has no tests",
    "werkzeug": "pytest itself did not come to an end within four minutes where this page was made",
}


def ask(*args):
    return subprocess.run([TOOL, *args], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def versions_of(python):
    program = "import pytest, platform; print(platform.python_version(), pytest.__version__)"
    return subprocess.run([python, "-c", program], check=True, capture_output=True, text=True).stdout.split()


def measure(name, ways):
    """What comes of one suite, as it is kept."""
    (source,), (python,) = ask(name), ask("--python", name)
    (kind,) = ask("--kind", name)
    began = time.monotonic()
    comparison = parity.compare_project(Path(source), ask("--args", name), python, ways, tell=parity.print_last)
    python_version, pytest_version = versions_of(python)
    expected = comparison.expected
    engines = {way: run.engines for way, run, _ in comparison.runs}
    before = kept(name) or {"differences": {}, "flaky": [], "engines": {}, "seconds": 0}
    found = {**before["differences"], **{way: lines for way, _, lines in comparison.runs}}
    is_part = len(comparison.runs) < len(found)
    return {
        "name": name,
        "folder": Path(source).parent.name,
        "version": Path(source).parent.name[len(name) + 1 :].rsplit("-", 1)[0],
        "kind": kind,
        "args": ask("--args", name),
        "python": python_version,
        "pytest": pytest_version,
        "tests": sum(len(words) for words in expected.outcomes.values()),
        "exit_code": expected.exit_code,
        "flaky": sorted({*comparison.flaky, *(before["flaky"] if is_part else ())}),
        "differences": {way: found[way] for way in parity.WAYS if way in found},
        # By engine, with the tests that are left out.
        "engines": engines.get("two", before["engines"]),
        "seconds": round(time.monotonic() - began) + (before["seconds"] if is_part else 0),
    }


def kept(name):
    """What was kept of a suite as it is now; None: nothing."""
    file = KEPT / f"{name}.json"
    if not file.exists():
        return None
    row = json.loads(file.read_text("utf-8"))
    same = row["folder"] == Path(ask(name)[0]).parent.name and row.get("args") == ask("--args", name)
    return row if same else None


def share(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else ""


def make_page(rows):
    ways = [way for way in parity.WAYS if all(way in row["differences"] for row in rows)]
    lines = [HEAD.rstrip(), ""]
    pythons = sorted({f"Python {row['python']}, pytest {row['pytest']}" for row in rows})
    tests = sum(row["tests"] for row in rows)
    bad = sum(1 for row in rows for way in ways if row["differences"][way])
    lines += [
        f"{len(rows)} suites, {tests:,} tests; {'; '.join(pythons)}; {platform.system()} {platform.machine()}. "
        f"Runs that differ from pytest's: {bad} of {len(rows) * len(ways)}.",
        "",
        "| suite | version | kind | tests | exit code | "
        + " | ".join(WAYS_TOLD[way] for way in ways)
        + " | in the direct engine | left out |",
        "|---|---|---|--:|--:|" + "--:|" * (len(ways) + 2),
    ]
    for row in rows:
        cells = [row["name"], row["version"], row["kind"], f"{row['tests']:,}", str(row["exit_code"])]
        cells += [str(len(row["differences"][way])) for way in ways]
        cells += [share(row["engines"].get("direct", 0), sum(row["engines"].values())), str(len(row["flaky"]))]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "The columns of the ways hold the number of differences."]
    differing = [row for row in rows if any(row["differences"][way] for way in ways)]
    if differing:
        lines += ["", "## Differences", ""]
    for row in differing:
        for way in ways:
            said = [found.splitlines()[0] for found in row["differences"][way]]
            lines += [f"- {row['name']}, {WAYS_TOLD[way]}: `{line}`" for line in said]
    flaky = [row for row in rows if row["flaky"]]
    if flaky:
        lines += ["", "## Left out: two runs of pytest do not agree about them", ""]
        lines += [f"- {row['name']}: " + ", ".join(f"`{nodeid}`" for nodeid in row["flaky"]) for row in flaky]
    if LEFT_OUT:
        lines += ["", "## Not compared", ""]
        lines += [f"- {name}: {why}" for name, why in sorted(LEFT_OUT.items())]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="tools/bench parity", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="suites (default: all of tools/suites --list)")
    parser.add_argument("--way", choices=parity.WAYS, action="append", help="how Fastest runs (default: all ways)")
    parser.add_argument("--resume", action="store_true", help="take what bench/parity holds of a suite as done")
    parser.add_argument("--write", action="store_true", help="write docs/parity.md")
    options = parser.parse_args()
    rows = []
    for name in options.names or ask("--list"):
        row = kept(name) if options.resume else None
        if row is None:
            print(f"{name}:", flush=True)
            row = measure(name, options.way or list(parity.WAYS))
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / f"{name}.json").write_text(json.dumps(row, indent=1), "utf-8")
        rows.append(row)
    if options.write:
        PAGE.write_text(make_page(rows), "utf-8")
    differing = [row["name"] for row in rows if any(row["differences"].values())]
    print(f"{len(rows)} suites, {sum(row['tests'] for row in rows)} tests; differing: {' '.join(differing) or 'none'}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
