"""The tiny projects of tests/suites and tests/plugins, and their expected verdicts.

Each project has an expected.json:

    {"about": "…", "needs": ["module"], "plugins": ["distribution"], "runs": [{
        "name": "…", "args": […], "cwd": "sub", "env": {…},
        "slots": [1, 2], "ordered": true, "texts": true, "says": ["…"],
        "once": ["…"], "xdist": false, "direct": 3,
        "families": [{"id": "test_a.py::test[{}]", "count": 3, "outcome": "passed"}],
        "exit_code": 1, "counts": "1 failed",
        "outcomes": {"test_a.py::test": "failed"}, "collect": {"test_b.py": "skipped"}}]}

- needs: the project is left out if one of these modules is missing.
- plugins: the project runs in the environment with every plugin (`tools/setup --python every_plugin`), and only the
  plugins of these distributions are switched on.
- slots: Fastest must give the verdict with each of these numbers of workers. The default is 1 and 2. A verdict that
  depends on the order has only 1.
- ordered: whether the order of the tests is certain at one slot (default true).
- texts: whether the texts of failures must be the same (default true).
- says: texts that the output of both sides must have. once: texts that each output must have exactly once.
- xdist: with several workers, Fastest is compared with pytest-xdist with as many workers (-n). Where the case has no
  single slot, the expected verdict is pytest-xdist's too.
- direct: the number of tests that the direct engine runs at one slot.
- families: a short form of many outcomes.
- outcomes: a test id that occurs several times has a list.

    python tests/parity/suites.py --write FOLDER...

runs genuine pytest, and fills in exit_code, counts, outcomes and collect. Read the result: it is the specification.
"""

import argparse
import functools
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import parity

SUITES = Path(__file__).resolve().parents[1] / "suites"
PLUGINS = SUITES.parent / "plugins"


@dataclass
class Case:
    """One run of one project."""

    suite: str
    name: str
    args: list = field(default_factory=list)
    cwd: str = "."
    env: dict = field(default_factory=dict)
    slots: list = field(default_factory=lambda: [1, 2])
    ordered: bool = True
    texts: bool = True
    says: list = field(default_factory=list)
    once: list = field(default_factory=list)
    xdist: bool = False
    direct: int = None
    exit_code: int = None
    counts: str = ""
    outcomes: dict = field(default_factory=dict)
    families: list = field(default_factory=list)
    collect: dict = field(default_factory=dict)
    needs: list = field(default_factory=list)
    plugins: list = field(default_factory=list)
    folder: Path = SUITES

    @property
    def id(self):
        return f"{self.suite}-{self.name}" if self.name else self.suite

    @property
    def project(self):
        return self.folder / self.suite

    def missing(self):
        """The modules that the project needs and this interpreter does not have."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]

    def expected_outcomes(self):
        expected = {nodeid: [word] if isinstance(word, str) else word for nodeid, word in self.outcomes.items()}
        for family in self.families:
            for number in range(family["count"]):
                expected.setdefault(family["id"].replace("{}", str(number)), [family["outcome"]])
        return expected


def load_suite(folder):
    text = json.loads((folder / "expected.json").read_text("utf-8"))
    common = {"needs": text.get("needs", []), "plugins": text.get("plugins", []), "folder": folder.parent}
    return [Case(suite=folder.name, **common, **run) for run in text["runs"]]


def load_all(folder=SUITES):
    return [case for suite in sorted(folder.iterdir()) if suite.is_dir() for case in load_suite(suite)]


@functools.lru_cache
def entry_points(python):
    """The pytest plugins that are installed for `python`, each with the name of its distribution."""
    script = (
        "import importlib.metadata, json\n"
        "print(json.dumps([(e.name, d.metadata['Name'].lower().replace('_', '-')) for d in importlib.metadata"
        ".distributions() for e in d.entry_points if e.group == 'pytest11']))"
    )
    return json.loads(subprocess.run([python, "-c", script], check=True, capture_output=True).stdout)


def arguments(case, python):
    """The arguments that switch other plugins off, followed by the case's own arguments."""
    if not case.plugins:
        return case.args
    others = sorted(name for name, distribution in entry_points(str(python)) if distribution not in case.plugins)
    return [word for name in others for word in ("-p", f"no:{name}")] + case.args


def run_pytest(case, python=sys.executable, slots=1):
    args = arguments(case, python) + (["-n", str(slots)] if case.xdist and slots > 1 else [])
    with tempfile.TemporaryDirectory(prefix="suites-") as work:
        project = parity.copy_project(case.project, Path(work) / case.suite)
        return parity.run_pytest(project, args, python, env=case.env, cwd=case.cwd)


def run_fastest(case, slots, python=sys.executable):
    with tempfile.TemporaryDirectory(prefix="suites-") as work:
        project = parity.copy_project(case.project, Path(work) / case.suite)
        return parity.run_fastest(project, arguments(case, python), python, slots, env=case.env, cwd=case.cwd)


def unlike_pytest(case, slots, expected, actual):
    """Where Fastest differs from pytest, one line each."""
    found = parity.differences(expected, actual, ordered=case.ordered and slots == 1, texts=case.texts)
    if case.direct is not None and slots == 1 and actual.engines["direct"] != case.direct:
        found.append(f"in the direct engine: {actual.engines['direct']} tests and not {case.direct}")
    return found + unsaid(case, actual)


def unlike_expected(case, run):
    """Where a run of pytest differs from expected.json, one line each."""
    written = parity.Run(
        case.exit_code, case.expected_outcomes(), collect=case.collect, counts=case.counts, summary=run.summary
    )
    found = [
        line.replace("pytest", "expected").replace("fastest", "pytest") for line in parity.differences(written, run)
    ]
    if case.ordered and not case.families and not found and list(written.outcomes) != list(run.outcomes):
        found.append("the tests come in another order")
    return found + unsaid(case, run)


def unsaid(case, run):
    said = run.stdout + run.stderr
    found = [f"not said: {text!r}" for text in case.says if text not in said]
    return found + [f"said {said.count(text)} times: {text!r}" for text in case.once if said.count(text) != 1]


def write(folder, python):
    path = folder / "expected.json"
    text = json.loads(path.read_text("utf-8"))
    for case, raw in zip(load_suite(folder), text["runs"]):
        if case.missing():
            continue
        run = run_pytest(case, python, case.slots[0])
        in_families = Case(case.suite, "", families=case.families).expected_outcomes()
        for key in ("exit_code", "counts", "outcomes", "collect"):
            raw.pop(key, None)
        raw["exit_code"] = run.exit_code
        if run.counts:
            raw["counts"] = run.counts
        outcomes = {i: words[0] if len(words) == 1 else words for i, words in run.outcomes.items()}
        outcomes = {i: word for i, word in outcomes.items() if in_families.get(i) != [word]}
        if outcomes:
            raw["outcomes"] = outcomes
        if run.collect:
            raw["collect"] = run.collect
    path.write_text(as_text(text), "utf-8")


def as_text(value):
    """JSON with lists of plain values on one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return (
        re.sub(r"\[\n\s+([^\[\]{}]*?)\n\s+\]", lambda match: "[" + re.sub(r"\n\s+", " ", match[1]) + "]", text) + "\n"
    )


def main():
    parser = argparse.ArgumentParser(description="Writes the expectations of projects.")
    parser.add_argument("--write", action="store_true", required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    for folder in options.folders:
        write(folder.resolve(), options.python)


if __name__ == "__main__":
    sys.exit(main())
