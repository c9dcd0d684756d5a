"""What a run of pytest says, in a form in which two runs of the same tests can be compared."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

# Times, and what names a process or a folder of the run.
_TIME = re.compile(r"\bin \d+\.\d+s(?: \(\d+:\d\d:\d\d\))?|\b\d+\.\d+s\b|0x[0-9a-f]+|popen-gw\d+/|pytest-\d+/")
_RULE = re.compile(r"^=+ (.*?) =+$")


def _settled(text):
    return _TIME.sub("*", text)


def sections(output):
    """Maps each title between two rules to the lines below, sorted. The last line is the title of nothing."""
    found = defaultdict(list)
    title = ""
    for line in output.splitlines():
        if rule := _RULE.match(line):
            title = _settled(rule[1])
            found[title] = []
        elif line.strip():
            found[title].append(_settled(line))
    return {title: sorted(lines) for title, lines in found.items() if title != "test session starts"}


def junit(path):
    """The test cases of a JUnit report, and what each says. The order is not that of the tests."""
    suite = ElementTree.parse(path).getroot().find("testsuite")
    cases = sorted(
        (
            case.get("classname"),
            case.get("name"),
            tuple(sorted((part.tag, _settled(part.get("message") or ""), _settled(part.text or "")) for part in case)),
        )
        for case in suite.iter("testcase")
    )
    counts = {name: suite.get(name) for name in ("errors", "failures", "skipped", "tests")}
    properties = sorted((each.get("name"), each.get("value")) for each in suite.findall("properties/property"))
    return counts, properties, cases


def reports(path):
    """Maps each test to its reports, in their order. Collectors are here that did not simply pass."""
    found = defaultdict(list)
    for line in path.read_text().splitlines():
        event = json.loads(line)
        if event["$report_type"] not in ("SessionStart", "SessionFinish", "WarningMessage"):
            if event["$report_type"] == "CollectReport" and event["outcome"] == "passed":
                continue
            found[event["nodeid"]].append((event["$report_type"], event.get("when"), event["outcome"]))
    return dict(found)
