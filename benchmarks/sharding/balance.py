"""Compares how evenly Fastest, pytest-split's two algorithms, and round robin by file divide a suite into shards.

    tools/bench balance [SUITE] [--shards N]

1. Runs the suite (networkx by default) once in one session, and keeps its history and events.
2. Each way divides the suite by the measured durations.
3. The recorded seconds are replayed. A shard takes the seconds of its tests, and the fixtures of each module of these
   tests. A module's fixtures take the time by which the set-up of its first test exceeded the usual one.

Exits with 1 if the longest of our shards takes more than 1.10 of the mean, predicted or replayed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

from pytest_split import algorithms

ROOT = Path(__file__).resolve().parents[2]
COORDINATOR = ROOT / "bazel-bin/coordinator/fastest-coordinator"
TARGET = 1.10


def ask(*args):
    return subprocess.run(
        [ROOT / "tools/suites", *args], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()


class Recording:
    """The durations of one run of the suite: seconds of each test, and of each module's fixtures."""

    def __init__(self, events):
        self.order = []
        self.module_of = {}
        self.seconds = {}
        setups = defaultdict(list)
        for line in Path(events).read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["type"] == "collected":
                for test in event["tests"]:
                    name = test if isinstance(test, str) else test["nodeid"]
                    node_id = event["module"] + name if name.startswith("::") else name
                    if node_id not in self.module_of:
                        self.order.append(node_id)
                        self.module_of[node_id] = event["module"]
            elif event["type"] == "result":
                phases = event["phases"]
                self.seconds[event["nodeid"]] = phases["call"] + phases["teardown"]
                setups[self.module_of[event["nodeid"]]].append((event["nodeid"], phases["setup"]))
        self.order = [test for test in self.order if test in self.seconds]
        self.module_s = {}
        for module, of_tests in setups.items():
            usual = statistics.median(seconds for _, seconds in of_tests)
            self.module_s[module] = max(0.0, of_tests[0][1] - usual)
            for number, (test, seconds) in enumerate(of_tests):
                self.seconds[test] += usual if number == 0 else seconds

    def replay(self, groups):
        """The seconds of each group of tests."""
        return [
            sum(self.seconds[test] for test in group)
            + sum(self.module_s[module] for module in {self.module_of[test] for test in group})
            for group in groups
        ]

    def modules(self):
        by_module = defaultdict(list)
        for test in self.order:
            by_module[self.module_of[test]].append(test)
        return by_module


def by_plan(recording, plan):
    """The tests of each shard, by the rule of docs/sharding.md."""
    groups = [[] for _ in range(plan["shards"])]
    parts = {entry["module"]: entry for entry in plan["modules"]}
    for module, tests in recording.modules().items():
        entry = parts[module]
        places = {test: place for place, test in reversed(list(enumerate(tests)))}
        cuts, last = [], 0
        for boundary in entry.get("boundaries", []):
            last = max(last, places.get(boundary, last))
            cuts.append(last)
        for place, test in enumerate(tests):
            groups[entry["shards"][sum(cut <= place for cut in cuts)] - 1].append(test)
    return groups


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", nargs="?", default="networkx")
    parser.add_argument("--shards", type=int, default=10)
    options = parser.parse_args()
    (source,), (python,) = ask(options.suite), ask("--python", options.suite)
    with tempfile.TemporaryDirectory() as work:
        events, history, plan_file = (Path(work) / name for name in ("events.jsonl", "history.sqlite", "plan.json"))
        command = [str(COORDINATOR), "--python", python, "--history", str(history), *ask("--args", options.suite)]
        run = subprocess.run(
            [*command, "-n", "1", "-q", "--report-json", str(events)],
            cwd=source,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode not in (0, 1):
            sys.exit(run.stdout + run.stderr)
        recording = Recording(events)
        subprocess.run(
            [*command, "--shards", str(options.shards), "--plan-out", str(plan_file)],
            cwd=source,
            check=True,
            capture_output=True,
        )
        plan = json.loads(plan_file.read_text(encoding="utf-8"))

    durations = {test: recording.seconds[test] for test in recording.order}
    items = [SimpleNamespace(nodeid=test) for test in recording.order]
    ways = {"fastest": by_plan(recording, plan)}
    for name in ("least_duration", "duration_based_chunks"):
        divided = algorithms.Algorithms[name].value(options.shards, items, durations)
        ways[f"pytest-split {name}"] = [[item.nodeid for item in group.selected] for group in divided]
    files = list(recording.modules().values())
    ways["round robin by file"] = [sum(files[shard :: options.shards], []) for shard in range(options.shards)]

    predicted = plan["predicted_s"]
    ours = max(predicted) / statistics.mean(predicted)
    print(f"{options.suite}: {len(recording.order)} tests in {len(files)} files, {options.shards} shards")
    print(f"{'':40} longest/mean     longest  all of it")
    print(f"{'fastest, predicted':40} {ours:12.3f} {max(predicted):9.2f} s {sum(predicted):9.2f} s")
    shares = {}
    for name, groups in ways.items():
        assert sorted(test for group in groups for test in group) == sorted(recording.order), name
        seconds = recording.replay(groups)
        shares[name] = max(seconds) / statistics.mean(seconds)
        print(f"{name + ', replayed':40} {shares[name]:12.3f} {max(seconds):9.2f} s {sum(seconds):9.2f} s")
    reached = max(shares["fastest"], ours) <= TARGET
    print(f"target {TARGET:.2f}: {'reached' if reached else 'MISSED'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
