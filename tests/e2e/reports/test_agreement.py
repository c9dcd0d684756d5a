"""All reports of a run say the same: for every kind of outcome, the same counts, exit code and annotations."""

import base64
import collections
import json
import re
import xml.etree.ElementTree as ElementTree
import zlib

import parity
import pytest

PLAIN = "import pytest\n"
BAD_FIXTURE = """
import pytest
@pytest.fixture
def broken():
    raise RuntimeError("no set-up")
@pytest.fixture
def torn():
    yield
    raise RuntimeError("no teardown")
"""
QUARANTINE = """
[[quarantine]]
test = "test_it.py::test_bad"
owner = "me"
reason = "known"
expires = "2999-01-01"
"""
FLAKY = """
import pathlib
def test_flaky():
    mark = pathlib.Path("been_here")
    first = not mark.exists()
    mark.touch()
    assert not first
"""

# By kind: the test file, further files, options, and the outcomes by test. `pytest`: whether genuine pytest knows the
# kind, and so says what is right. `line`: where the annotation stands.
KINDS = {
    "passed": {"text": "def test_a(): pass\n", "outcomes": ["passed"]},
    "failed": {"text": "def test_a():\n    x = 1\n    assert x == 2\n", "outcomes": ["failed"], "line": 3},
    "error in setup": {"text": BAD_FIXTURE + "def test_a(broken): pass\n", "outcomes": ["error"], "line": 5},
    "error in teardown": {"text": BAD_FIXTURE + "def test_a(torn): pass\n", "outcomes": ["error"], "line": 9},
    "failed call and teardown": {
        "text": BAD_FIXTURE + "def test_a(torn):\n    assert 0\n", "outcomes": ["failed"], "line": 11
    },
    "skipped": {"text": PLAIN + "@pytest.mark.skip(reason='no')\ndef test_a(): pass\n", "outcomes": ["skipped"]},
    "xfailed": {"text": PLAIN + "@pytest.mark.xfail\ndef test_a(): assert 0\n", "outcomes": ["xfailed"]},
    "xpassed": {"text": PLAIN + "@pytest.mark.xfail\ndef test_a(): pass\n", "outcomes": ["xpassed"]},
    "xpassed strictly": {
        "text": PLAIN + "@pytest.mark.xfail(strict=True)\ndef test_a(): pass\n", "outcomes": ["failed"], "line": 2
    },
    "collection error": {"text": "import os\nimport nothing_of_this_name\n", "outcomes": [], "errors": 1, "line": 2},
    "collection error beside tests": {
        "text": "import nothing_of_this_name\n",
        "files": {"test_other.py": "def test_b(): pass\n"},
        "args": ["--continue-on-collection-errors"],
        "outcomes": ["passed"],
        "errors": 1,
        "line": 1,
    },
    "syntax error": {"text": "x = 1\ndef broken(:\n", "outcomes": [], "errors": 1, "line": 2},
    "module that skips itself": {
        "text": PLAIN + "pytest.skip('none of it', allow_module_level=True)\n", "outcomes": [], "skips": 1
    },
    "deselected": {
        "text": "def test_a(): pass\ndef test_b(): pass\n", "args": ["-k", "test_b"], "outcomes": ["passed"]
    },
    "no tests": {"text": "", "outcomes": []},
    "stopped": {
        "text": "def test_a(): assert 0\ndef test_b(): pass\n", "args": ["-x"], "outcomes": ["failed"], "not_run": 1,
        "line": 1,
    },
    "flaky": {
        "text": FLAKY, "args": ["--retries", "1"], "outcomes": ["passed"], "exit": 0,
        "counts": {"passed": 1, "flaky": 1}, "warnings": 1,
    },
    "retried in vain": {
        "text": "def test_a(): assert 0\n", "args": ["--retries", "2"], "outcomes": ["failed"], "exit": 1,
        "counts": {"failed": 1}, "line": 1,
    },
    "quarantined": {
        "text": "def test_bad(): assert 0\ndef test_b(): pass\n",
        "files": {"quarantine.toml": QUARANTINE},
        "args": ["--quarantine", "quarantine.toml"],
        "outcomes": ["failed", "passed"],
        "exit": 0,
        "counts": {"passed": 1, "quarantined": 1},
        "quarantined": 1,
        "warnings": 1,
    },
    "crashed worker": {
        "text": "import os\ndef test_a():\n    os._exit(7)\ndef test_b(): pass\n", "outcomes": ["failed", "passed"],
        "exit": 1, "counts": {"failed": 1, "passed": 1}, "line": None,
    },
    "timeout": {
        "text": "import time\ndef test_a():\n    time.sleep(600)\n", "args": ["--hang-timeout", "1"],
        "outcomes": ["failed"], "exit": 1, "counts": {"failed": 1}, "line": None,
    },
}  # fmt: skip


def page_data(path):
    text = path.read_text(encoding="utf-8")
    begin = text.index('id="data">') + len('id="data">')
    return json.loads(zlib.decompress(base64.b64decode(text[begin : text.index("</script>", begin)])))


def last_line_counts(text):
    """The counts of a last line such as "1 failed, 2 passed in 0.12s"."""
    found = re.findall(r"(\d+) ([a-z]+)", text.split(" in ")[0])
    singular = {"errors": "error", "warning": "warnings"}
    return {singular.get(word, word): int(number) for number, word in found}


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_reports_agree(execute, project, tmp_path, kind, slots):
    case = KINDS[kind]
    files = {"test_it.py": case["text"], **case.get("files", {})}
    arguments = case.get("args", [])
    folder = project(files)
    names = {"--junitxml": "junit.xml", "--report-html": "page.html", "--report-markdown": "summary.md",
             "--report-ctrf": "ctrf.json", "--trace-json": "trace.json"}  # fmt: skip
    reports = [word for option, name in names.items() for word in (option, tmp_path / name)]
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder)}
    run = execute(folder, *arguments, *reports, slots=slots, env=env)

    # The events.
    (end,) = run.events("run_finished")
    results = run.events("result")
    errors, skips = len(run.events("collect_error")), len(run.events("collect_skip"))
    assert collections.Counter(event["outcome"] for event in results) == collections.Counter(case["outcomes"])
    assert (errors, skips) == (case.get("errors", 0), case.get("skips", 0))
    not_run = end["books"]["not_run"]
    assert len(not_run) == case.get("not_run", 0), not_run
    assert end["books"]["balanced"]
    assert end["books"]["collected"] == end["books"]["reported"] + len(not_run)

    # pytest's own word, or the case's.
    if "exit" in case:
        exit_code, counts = case["exit"], case["counts"]
    else:
        path = tmp_path / "reference.xml"
        reference = parity.run_pytest(project(files, "reference"), [*arguments, f"--junitxml={path}"])
        exit_code, counts = reference.exit_code, last_line_counts(reference.counts)
    assert run.process.returncode == end["exit_code"] == exit_code, run.text
    assert end["counts"] == counts

    # The terminal.
    lines = [line for line in run.stdout.splitlines() if not line.startswith("::")]
    (last,) = [line for line in lines if re.search(r" in \d+\.\d+s", line)]
    assert last_line_counts(last) == counts or (counts == {} and "no tests ran" in last), last
    assert ("not run" in run.stdout) == bool(not_run)

    # JUnit.
    (suite,) = ElementTree.parse(tmp_path / "junit.xml").iter("testsuite")
    junit = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    cases = list(suite.iter("testcase"))
    if "exit" not in case:
        (right,) = ElementTree.parse(path).iter("testsuite")
        assert junit == {name: int(right.get(name)) for name in junit}
    else:
        assert junit["tests"] == len(results)
    assert junit["errors"] == sum(1 for one in cases for _ in one.iter("error"))
    assert junit["failures"] == sum(1 for one in cases for _ in one.iter("failure"))

    # CTRF: a file that could not be collected is an entry like a test.
    ctrf = json.loads((tmp_path / "ctrf.json").read_text(encoding="utf-8"))["results"]
    statuses = collections.Counter()
    for event in results:
        status = {"failed": "failed", "error": "failed", "passed": "passed", "skipped": "skipped"}
        statuses["other" if "quarantined" in event else status.get(event["outcome"], "other")] += 1
    statuses["failed"] += errors
    statuses["skipped"] += skips
    assert collections.Counter(test["status"] for test in ctrf["tests"]) == +statuses
    summary = ctrf["summary"]
    assert {name: summary[name] for name in ("passed", "failed", "skipped", "other")} == {
        name: statuses[name] for name in ("passed", "failed", "skipped", "other")
    }
    assert summary["tests"] == len(results) + errors + skips
    assert summary["pending"] == len(not_run)
    assert summary["flaky"] == counts.get("flaky", 0)
    assert ctrf["environment"]["extra"]["exit_code"] == exit_code
    # A consumer that looks at nothing but CTRF sees a red run as red.
    assert (exit_code == 0) <= (summary["failed"] == 0)
    assert (exit_code in (1, 2)) <= (summary["failed"] > 0)

    # The page.
    page = page_data(tmp_path / "page.html")
    assert page["about"]["counts"] == counts
    assert page["about"]["exit_code"] == exit_code
    letters = collections.Counter(page["tests"]["outcome"])
    word = {"xpassed": "X", "xfailed": "x"}
    assert letters == collections.Counter(
        "q" if "quarantined" in event else word.get(event["outcome"], event["outcome"][0]) for event in results
    )
    assert len([one for one in page["collected"] if one["outcome"] == "failed"]) == errors
    assert len([one for one in page["collected"] if one["outcome"] == "skipped"]) == skips
    assert len(page["about"]["not_run"]) == len(not_run)

    # Markdown.
    markdown = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert last_line_counts(markdown.splitlines()[0]) == counts or "no tests ran" in markdown
    reds = {event["nodeid"] for event in results if event["outcome"] in ("failed", "error")}
    red = len(reds) + errors - case.get("quarantined", 0)
    failures = set(re.findall(r"<summary><code>(.*?)</code>", markdown))
    assert len(failures) == red
    assert ("Not run: 1 test\n" in markdown) == (len(not_run) == 1)

    # Annotations: each failure once, at its line.
    annotations = [line for line in run.stdout.splitlines() if line.startswith("::error")]
    assert len(annotations) == red, annotations
    if case.get("line"):
        assert f",line={case['line']}," in annotations[0]
    assert len([line for line in run.stdout.splitlines() if line.startswith("::warning")]) == case.get("warnings", 0)

    # The trace.
    trace = json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))["traceEvents"]
    spans = [event for event in trace if event.get("cat") == "test"]
    assert len(spans) == len(results) + len(run.events("attempt"))
    assert len([event for event in trace if event.get("cat") == "collection"]) == errors + skips
