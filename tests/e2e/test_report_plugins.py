"""Plugins that write a report of every test: with several workers the file is the one that pytest itself gives."""

import json
import subprocess

import parity
import pytest
from setup_tool import ask_setup

SUITE = {
    "test_one.py": "import pytest\n\n\n@pytest.mark.parametrize('x', [0, 1])\ndef test_1(x): assert x == 0\n",
    "test_two.py": "import pytest\n\n\ndef test_2(): pass\n@pytest.mark.skip\ndef test_3(): pass\n"
    "@pytest.mark.xfail\ndef test_4(): assert 0\n",
}


def of_json_report(path):
    report = json.loads(path.read_text())
    return report["summary"], sorted((test["nodeid"], test["outcome"]) for test in report["tests"])


def of_report_log(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    reports = (line for line in lines if line["$report_type"] == "TestReport")
    return lines[-1], sorted((line["nodeid"], line["when"], line["outcome"]) for line in reports)


@pytest.mark.parametrize(
    ("args", "option", "read"),
    [
        (("--json-report", "--json-report-file=report"), "--json-report", of_json_report),
        (("--report-log=report",), "--report-log", of_report_log),
    ],
    ids=["pytest-json-report", "pytest-reportlog"],
)
def test_the_file_is_that_of_pytest(project, execute, args, option, read):
    python = ask_setup("--python", "plugins")
    theirs, ours = project(SUITE, "theirs"), project(SUITE, "ours")
    genuine = subprocess.run(
        [python, "-m", "pytest", *args], cwd=theirs, env=parity.clean_environment(), capture_output=True, check=False
    )
    run = execute(ours, *args, slots=2, python=python)
    assert run.process.returncode == genuine.returncode == 1
    assert f"{option} needs to see the whole run" in run.stderr
    assert read(ours / "report") == read(theirs / "report")
