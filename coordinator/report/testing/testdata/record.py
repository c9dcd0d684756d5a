#!/usr/bin/env python3
"""Records what genuine pytest prints, and the reports from which it prints it.

    python record.py          writes NAME.jsonl, NAME.txt and NAME.xml for every case below

golden_test.cc feeds the .jsonl to our reporters and compares what they write with the other two. Run it with the pytest
version that the recordings are to be for, and look at the difference before you commit it.
"""

import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from _pytest.config import create_terminal_writer
from _pytest.terminal import _get_line_with_reprcrash_message
from _pytest.warnings import warning_record_to_str

HERE = Path(__file__).parent
COLUMNS = 80
# The summary names it in a rule, whose length depends on it.
XML = Path("/tmp/fastest_recorded_junit.xml")

# Name, project, directory in it where pytest is called, arguments. Most need but one module of the project.
OUTCOMES = "tests/test_outcomes.py"
WARNINGS = "tests/test_warnings.py"
CASES = [
    ("plain", "project", "", []),
    ("color", "project", "", ["--color=yes", OUTCOMES, "tests/test_subtests.py", WARNINGS]),
    ("color_quiet", "project", "", ["--color=yes", "-q", "tests/test_many.py"]),
    ("verbose", "project", "tests", ["-v", "test_outcomes.py", "test_subtests.py", "test_skipped_module.py"]),
    ("very_verbose", "project", "", ["-vv", "--durations=4", "-rsx", OUTCOMES]),
    ("quiet", "project", "", ["-q", "--durations=0", "--durations-min=100", OUTCOMES, WARNINGS]),
    ("very_quiet", "project", "", ["-qq", "--tb=line", OUTCOMES]),
    ("all_kinds", "project", "", ["-rA", "--xfail-tb", "-ojunit_logging=all", "-ojunit_family=xunit1", OUTCOMES]),
    ("unfolded", "project", "", ["-rsX", "--no-fold-skipped", "--tb=no", "--junit-prefix=pre", OUTCOMES]),
    ("stopped", "project", "", ["-x", "-oconsole_output_style=count"]),
    ("deselected", "project", "", ["-k", "passes or number", "--no-header", "-ojunit_logging=system-out"]),
    ("nothing", "project", "", ["-k", "nothing_is_called_so", "--color=yes"]),
    ("nothing_quiet", "project", "", ["-k", "nothing_is_called_so", "-q"]),
    ("no_summary", "project", "", ["--no-summary", "-oconsole_output_style=classic", "-pno:warnings", OUTCOMES]),
    ("broken", "broken", "", []),
    ("broken_on", "broken", "", ["--continue-on-collection-errors", "--color=yes", "--disable-warnings"]),
]
OPTIONS = [
    "capture",
    "disable_warnings",
    "durations",
    "durations_min",
    "fold_skipped",
    "no_header",
    "no_summary",
    "reportchars",
    "showcapture",
    "tbstyle",
    "verbose",
    "xfail_tb",
]
INI_OPTIONS = [
    "console_output_style",
    "junit_duration_report",
    "junit_family",
    "junit_log_passing_tests",
    "junit_logging",
    "junit_suite_name",
]


class Recorder:
    """A pytest plugin that writes down what a worker of Fastest would send."""

    def __init__(self):
        self.events = []
        self.reports = {}
        self.header = []

    def rendered(self, report, color, later):
        """The block below the report's headline. `later`: reports of the teardown, whose output pytest adds."""
        reporter = self.reporter
        before = reporter._tw
        text = io.StringIO()
        reporter._tw = writer(self.config, text, color)
        try:
            reporter._outrep_summary(report)
            if reporter.config.option.tbstyle == "line" and report.failed and report.when == "call":
                reporter._tw.line(reporter._getcrashline(report))
            elif report.when == "call":
                for teardown in later:
                    reporter.print_teardown_sections(teardown)
        finally:
            reporter._tw = before
        return text.getvalue()

    def describe(self, report, later=()):
        """What test and collection reports have in common."""
        crash = getattr(report.longrepr, "reprcrash", None)
        skip = report.longrepr if report.skipped and isinstance(report.longrepr, tuple) else None
        fields = {
            "outcome": report.outcome,
            "longrepr": report.longreprtext,
            "terminal_text": "" if skip else self.rendered(report, False, later),
            "terminal_text_color": "" if skip or not self.color else self.rendered(report, True, later),
            "crash_message": crash.message if crash else "",
            "sections": [{"name": name, "content": content} for name, content in report.sections],
        }
        if skip:
            fields.update(skip_path=self.relative(skip[0]), skip_line=skip[1], skip_reason=skip[2])
        if report.failed:
            # With colours pytest mistakes the width of the line that it shortens.
            paper = writer(self.config, io.StringIO(), self.color)
            line = _get_line_with_reprcrash_message(self.config, report, paper, {"red": True})
            word, markup = report._get_verbose_word_with_markup(self.config, {"red": True})
            line = line.removeprefix(paper.markup(word, **markup)).removeprefix(" ")
            fields["summary_line"] = line.replace("\x1b[1m", "", 1).replace("\x1b[0m", "", 1) if self.color else line
        return fields

    def relative(self, path):
        return os.path.relpath(path, self.config.rootpath)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        self.config = config
        self.reporter = config.pluginmanager.get_plugin("terminalreporter")
        self.color = self.reporter.hasmarkup
        options = {name: str(getattr(config.option, name)) for name in OPTIONS}
        options.update({name: str(config.getini(name)) for name in INI_OPTIONS})
        self.options = options

    @pytest.hookimpl(wrapper=True)
    def pytest_report_header(self, config):
        lines = yield
        for line in reversed(lines):
            self.header.extend([line] if isinstance(line, str) else line)
        return lines

    def pytest_collectreport(self, report):
        if not report.passed:
            self.events.append({"collect": {"node_id": report.nodeid, **self.describe(report)}})

    def pytest_deselected(self, items):
        self.events.append({"deselected": len(items)})

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session):
        self.events.append({"expected": len(session.items)})
        modules = {}
        for item in session.items:
            path = item.nodeid.split("::")[0]
            modules[path] = modules.get(path, 0) + 1
        for path, count in modules.items():
            self.events.append({"module": path, "tests": count})

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        status = self.config.hook.pytest_report_teststatus(report=report, config=self.config)
        reports = self.reports.setdefault(report.nodeid, [])
        reports.append((report, status))
        if report.when == "teardown":
            self.events.append({"result": self.result(self.reports.pop(report.nodeid))})

    def result(self, reports):
        last = reports[-1][0]
        path, line, domain = last.location
        later = [last] if last.passed else []
        phases = [self.phase(report, status, later) for report, status in reports]
        return {
            "ref": {"node_id": last.nodeid},
            "outcome": final_outcome(phases),
            "phases": phases,
            "location_path": path,
            "location_line": -1 if line is None else line,
            "domain": domain,
            "user_properties": [{"name": n, "value": str(v)} for n, v in last.user_properties],
            "engine": "ENGINE_PYTEST",
        }

    def phase(self, report, status, later):
        phase = {"when": report.when, "duration_s": report.duration}
        category, letter, word = status
        subtest = getattr(report, "_sub_test_description", None)
        xfail = hasattr(report, "wasxfail")
        if not report.passed or xfail or subtest or report.sections:
            phase.update(category=category, letter=letter, word=word[0] if isinstance(word, tuple) else word)
            phase.update(self.describe(report, later))
        if xfail:
            phase.update(xfail=True, skip_reason=report.wasxfail)
        marked = "skip" in report.keywords and "pytestmark" not in report.keywords
        if report.skipped and report.when == "setup" and marked:
            phase["skip_by_mark"] = True
        if subtest:
            phase["subtest"] = subtest()
        return phase

    def pytest_warning_recorded(self, warning_message, when, nodeid):
        self.events.append(
            {
                "warning": {
                    "message": warning_record_to_str(warning_message),
                    "when": when,
                    "node_id": nodeid,
                    "category": warning_message.category.__name__,
                }
            }
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        self.exit_code = int(exitstatus)
        self.stop_reason = str(session.shouldfail or session.shouldstop or "")
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            self.stop_reason = self.reporter._keyboardinterrupt_memo.reprcrash.message


def writer(config, file, color):
    """A terminal as wide as every other here."""
    made = create_terminal_writer(config, file)
    made.hasmarkup = color
    made.fullwidth = COLUMNS
    return made


def slim(value):
    """`value` without what says nothing, and without digits that nobody prints."""
    if isinstance(value, dict):
        return {key: slim(field) for key, field in value.items() if field or field == 0 and field is not False}
    if isinstance(value, list):
        return [slim(element) for element in value]
    return round(value, 9) if isinstance(value, float) else value


def final_outcome(phases):
    outcomes = {(p["when"], p.get("outcome", "passed")): p for p in phases if not p.get("subtest")}
    if ("call", "failed") in outcomes:
        return "FAILED"
    if any(outcome == "failed" for _, outcome in outcomes):
        return "ERROR"
    for (_, outcome), phase in outcomes.items():
        if outcome == "skipped":
            return "XFAILED" if phase.get("xfail") else "SKIPPED"
        if phase.get("xfail"):
            return "XPASSED"
    return "PASSED"


def record(name, args):
    """Runs in a process and a copy of the project of its own; the directory is the current one."""
    recorder = Recorder()
    text = io.StringIO()
    stdout, sys.stdout = sys.stdout, text
    try:
        pytest.main(["-p", "no:cacheprovider", f"--junitxml={XML}", *args], plugins=[recorder])
    finally:
        sys.stdout = stdout
    text, xml = text.getvalue(), XML.read_text()
    reporter = recorder.reporter
    seconds = re.search(r" in ([0-9.]+)s", text)
    run = {
        "python_version": platform.python_version(),
        "pytest_version": pytest.__version__,
        "rootdir": str(recorder.config.rootpath),
        "invocation_dir": os.getcwd(),
        "header": recorder.header,
        "options": recorder.options,
        "color": recorder.color,
        "prefix": recorder.config.option.junitprefix or "",
    }
    collected = reporter._session.testscollected
    reported = sum("result" in event for event in recorder.events)
    summary = {
        "exit_code": recorder.exit_code,
        "stop_reason": recorder.stop_reason,
        "counts": {key: len(reporter._get_reports_to_display(key)) for key in reporter.stats if key},
        "duration_s": float(seconds.group(1)) if seconds else 0,
        "collected": collected,
        "reported": reported,
    }
    lines = [{"run": run}, *slim(recorder.events), {"summary": summary}]
    # What we say in another way: our own version in place of pluggy's, and the number of workers. We collect while
    # tests run.
    text = re.sub(r"pluggy-[0-9.]+( -- .*)?", "fastest-0.1.0", text)
    text = text.replace("collecting ... collected", "collected")
    if recorder.header and not recorder.config.option.no_header and recorder.config.option.verbose >= 0:
        text = text.replace(recorder.header[-1] + "\n", recorder.header[-1] + "\nrunning on 1 worker\n", 1)
    project = str(recorder.config.rootpath)
    events = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    for suffix, content in ((".jsonl", events), (".txt", text), (".xml", xml)):
        (HERE / (name + suffix)).write_text(content.replace(project, "/project").replace(sys.base_prefix, "/usr"))
    XML.unlink()


def main():
    if len(sys.argv) > 1:
        record(sys.argv[1], sys.argv[2:])
        return
    for name, project, directory, args in CASES:
        with tempfile.TemporaryDirectory() as scratch:
            copy = shutil.copytree(HERE / project, Path(scratch) / "project")
            environment = {**os.environ, "COLUMNS": str(COLUMNS), "PYTHONDONTWRITEBYTECODE": "1"}
            for variable in ("CI", "BUILD_NUMBER", "PYTEST_ADDOPTS", "NO_COLOR", "FORCE_COLOR", "PY_COLORS"):
                environment.pop(variable, None)
            script = [sys.executable, str(Path(__file__).resolve()), name, *args]
            subprocess.run(script, cwd=copy / directory, env=environment, check=True)


if __name__ == "__main__":
    main()
