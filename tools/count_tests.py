"""Counts the test cases of a run of tools/test and prints "N passed, N failed, N skipped".

Bazel's stream of build events says which C++ test targets and result files belong to this run. So results of an earlier
run in bazel-testlogs are never counted. A test target counts as one failed test if it was not built, was not run, or
left no readable result. The exit code is 0 if tests ran and none failed, else 1.
"""

import argparse
import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path


def count_junit(path: Path) -> Counter:
    """Counts the test cases of a JUnit file. A case with several faults is one failed test."""
    counts: Counter = Counter()
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            counts["skipped"] += 1
        else:
            counts["passed"] += 1
    return counts


def count_result(result: dict) -> Counter:
    """Counts one run of one Bazel test target (one shard, if it has several)."""
    counts: Counter = Counter()
    for output in result.get("testActionOutput", []):
        if output.get("name") == "test.xml":
            counts = count_junit(Path(urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)))
    # A program may fail outside of every test case: at its exit, by a sanitizer, by running out of time.
    if result.get("status") != "PASSED" and not counts["failed"]:
        counts["failed"] += 1
    return counts


def count_bazel(events_path: Path) -> Counter:
    """Counts the tests in Bazel's build event file. Every configured test target must have a result."""
    counts: Counter = Counter()
    expected, reported = set(), set()
    for line in events_path.read_text().splitlines():
        event = json.loads(line)
        event_id = event.get("id", {})
        if "testSize" in event.get("configured", {}):
            expected.add(event_id["targetConfigured"]["label"])
        elif "testResult" in event_id and "testResult" in event:
            label = event_id["testResult"]["label"]
            reported.add(label)
            try:
                counts += count_result(event["testResult"])
            except (OSError, ElementTree.ParseError) as error:
                print(f"{label}: no readable result: {error}", file=sys.stderr)
                counts["failed"] += 1
    for label in sorted(expected - reported):
        print(f"{label}: did not run", file=sys.stderr)
        counts["failed"] += 1
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bazel", type=Path, help="Bazel's --build_event_json_file")
    parser.add_argument("--pytest", type=Path, help="pytest's --junitxml")
    options = parser.parse_args()
    counts: Counter = Counter()
    for path, count in ((options.bazel, count_bazel), (options.pytest, count_junit)):
        if path is None:
            continue
        try:
            counts += count(path)
        except (OSError, ValueError, ElementTree.ParseError) as error:
            print(f"{path}: no readable result: {error}", file=sys.stderr)
            counts["failed"] += 1
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
