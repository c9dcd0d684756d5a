"""Plugins that write a report of every test. With several workers the file is the same as under pytest."""

import json
import subprocess
from html.parser import HTMLParser

import parity
import pytest
import suites
from setup_tool import ask_setup

SUITE = {
    "test_one.py": "import pytest\n\n\n@pytest.mark.parametrize('x', [0, 1])\ndef test_1(x): assert x == 0\n",
    "test_two.py": "import pytest\n\n\ndef test_2(): pass\n@pytest.mark.skip\ndef test_3(): pass\n"
    "@pytest.mark.xfail\ndef test_4(): assert 0\n",
}


def of_json_report(path):
    report = json.loads(path.read_text())
    return report["summary"], sorted((test["nodeid"], test["outcome"]) for test in report["tests"])


class _Page(HTMLParser):
    """Finds the data of pytest-html's page."""

    data = ""

    def handle_starttag(self, tag, attrs):
        if dict(attrs).get("id") == "data-container":
            self.data = dict(attrs)["data-jsonblob"]


def of_html(path):
    page = _Page()
    page.feed(path.read_text("utf-8"))
    tests = json.loads(page.data)["tests"]
    return sorted(
        (name, test["result"].lower(), comparable(test["log"], path.parent)) for name, (test,) in tests.items()
    )


def comparable(log, project):
    """The log without the worker's name, which pytest-xdist adds too. pytest has a text in place of an empty log."""
    return parity.comparable(log, project) or "No log output captured."


def of_report_log(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    reports = (line for line in lines if line["$report_type"] == "TestReport")
    return lines[-1], sorted((line["nodeid"], line["when"], line["outcome"]) for line in reports)


@pytest.mark.parametrize(
    ("plugin", "args", "read"),
    [
        ("pytest-json-report", ("--json-report", "--json-report-file=report"), of_json_report),
        ("pytest-reportlog", ("--report-log=report",), of_report_log),
        ("pytest-html", ("--html=report", "--self-contained-html"), of_html),
    ],
    ids=["json-report", "reportlog", "html"],
)
@pytest.mark.parametrize("coverage", [[], ["--cov=test_one"]], ids=["", "with-coverage"])
def test_the_file_is_that_of_pytest(project, execute, plugin, args, read, coverage):
    python = ask_setup("--python", "every_plugin")
    case = suites.Case("", "", [*args, *coverage], plugins=[plugin, "pytest-metadata", "pytest-cov"])
    args = suites.arguments(case, python)
    theirs, ours = project(SUITE, "theirs"), project(SUITE, "ours")
    genuine = subprocess.run(
        [python, "-m", "pytest", *args], cwd=theirs, env=parity.clean_environment(), capture_output=True, check=False
    )
    run = execute(ours, *args, slots=2, python=python)
    assert run.process.returncode == genuine.returncode == 1
    assert run.stderr == ""
    assert "running on 2 workers" in run.stdout
    assert read(ours / "report") == read(theirs / "report")
