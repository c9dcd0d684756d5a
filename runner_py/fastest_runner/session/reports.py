"""Makes messages of proto/test.proto from pytest's reports (TestResult, Phase, CollectReport), as JSON or as dicts.

A field is left out if its value is proto3's default.
"""

from __future__ import annotations

import os
from json.encoder import encode_basestring as quote
from typing import Any, Iterator, NamedTuple

import pytest
from _pytest.reports import TestReport
from _pytest.terminal import pytest_report_teststatus as terminal_status

from ..collection.collection import Entry
from ..direct import Pass
from ..wire import serialized
from ..wire.frames import ref_json, to_json
from ..wire.values import number_of, text_of
from .rendering import Renderer


class Status(NamedTuple):
    """An answer of pytest_report_teststatus, without the word's markup."""

    category: str
    letter: str
    word: str


# pytest's answers for phases that simply passed. Such phases travel without a status.
_PLAIN_PASSES = {
    "setup": Status("", "", ""),
    "call": Status("passed", ".", "PASSED"),
    "teardown": Status("", "", ""),
}


class Statuses:
    """Knows what pytest_report_teststatus says of reports. Only pytest's reporter asks, once for each."""

    def __init__(self, config: Any) -> None:
        self._config = config
        plugins = config.pluginmanager
        implementations = config.hook.pytest_report_teststatus.get_hookimpls()
        foreign = [each.plugin for each in implementations if not is_of_pytest(each.function)]
        # pytest's own implementations give the answers above for reports that simply passed. They need not be asked.
        self._passes_are_plain = not foreign
        self._ask = config.hook.pytest_report_teststatus
        self._heard: _Heard | None = None
        if foreign and plugins.hasplugin("terminalreporter"):
            self._heard = _Heard()
            plugins.register(self._heard, "fastest_statuses")
        elif foreign:
            # pytest asks nobody then.
            self._ask = plugins.subset_hook_caller("pytest_report_teststatus", foreign)

    def of(self, report: Any) -> Status:
        if self._passes_are_plain and type(report) is TestReport and report.outcome == "passed":
            status = _PLAIN_PASSES.get(report.when)
            if status is not None and not hasattr(report, "wasxfail"):
                return status
        if self._heard is not None and self._heard.report is report:
            answer = self._heard.answer
        else:
            answer = self._ask(report=report, config=self._config)
        if answer is None:
            # No plugin answers: with -p no:terminal not even about a failure. The reporter's words are used.
            answer = terminal_status(report)
        category, letter, word = answer
        if isinstance(word, (tuple, list)):
            word = word[0]
        return Status(str(category), str(letter), str(word))


class _Heard:
    """A plugin that hears what pytest's reporter is answered. The project's hooks may count their calls."""

    def __init__(self) -> None:
        self.report: Any = None
        self.answer: Any = None

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> Iterator[None]:
        outcome: Any = yield
        self.report, self.answer = report, outcome.get_result()


def is_of_pytest(function: Any) -> bool:
    """Returns True if an implementation of a hook is pytest's own."""
    origin = str(getattr(function, "__module__", None) or "")
    return origin == "_pytest" or origin.startswith("_pytest.")


class ReportConverter:
    """Makes messages of reports. One for a session, which has to be configured."""

    def __init__(self, config: Any, renderer: Renderer) -> None:
        self._config = config
        self._renderer = renderer
        self._rootpath = str(config.rootpath)
        self._reportchars = _report_characters(config)
        # Whether somebody shows the output of passing tests.
        self.keeps_output_of_passes = "P" in self._reportchars or _junit_logging(config) != "no"
        # Whether the control session has to be told of each test.
        self.serializes = False
        # Categories for which the reporter prints no text under a headline.
        self._without_block = {"", "skipped"}
        if "P" not in self._reportchars:
            self._without_block.add("passed")
        if "X" not in self._reportchars:
            self._without_block.add("xpassed")

    def test_result(
        self, lease_id: int, entry: Entry, reports: list[tuple[Any, Status]], engine: str, engine_reason: str
    ) -> str:
        """Returns the TestResult of a test, as JSON. `reports` are all its reports.

        Hooks may put anything into reports. A value that no report can show is left out. Nothing is raised.
        """
        told = self._told(entry, reports) if self.serializes else ""
        if not self.keeps_output_of_passes and _simply_passed(reports):
            return _simple_result(lease_id, entry, reports, engine, engine_reason, told)
        result: dict[str, Any] = {"lease_id": lease_id, "ref": entry.ref, "outcome": outcome_of(reports)}
        try:
            result.update(self._contents(reports))
        except Exception:
            # A hook has put something into the reports that even pytest could not show.
            result["phases"] = [_least_phase(report, status) for report, status in reports]
        shown = _reported_id(entry, reports)
        if shown:
            result["reported_id"] = shown
        result["engine"] = engine
        if engine_reason:
            result["engine_reason"] = engine_reason
        if told:
            result["serialized"] = told
        return to_json(result)

    def _told(self, entry: Entry, reports: list[tuple[Any, Status]]) -> str:
        item = entry.item
        return serialized.of_test(self._config, item.nodeid, item.location, [report for report, _ in reports])

    def _contents(self, reports: list[tuple[Any, Status]]) -> dict[str, Any]:
        """Returns the fields of a TestResult that come from the reports."""
        later = [report for report, status in reports if report.when == "teardown" and not status.category]
        contents: dict[str, Any] = {"phases": [self._phase(report, status, later) for report, status in reports]}
        if not reports:
            return contents
        # The last report is the teardown's. Properties can be recorded until then.
        report = reports[-1][0]
        place = serialized.place_of(report)
        if place is not None:
            contents["location_path"], line, contents["domain"] = place
            contents["location_line"] = _line_number(line, -1)
        properties = _pairs_of(getattr(report, "user_properties", None))
        if properties:
            contents["user_properties"] = [{"name": name, "value": value} for name, value in properties]
        return contents

    def collect_report(self, report: Any, occurrence: int = 0) -> dict[str, Any]:
        """Returns the CollectReport of a collector that failed or was skipped."""
        message = {"node_id": report.nodeid, "outcome": report.outcome}
        if occurrence:
            message["occurrence"] = occurrence
        # No hook is asked: pytest's reporter counts reports of collectors by their outcome.
        status = Status("skipped", "s", "SKIPPED") if report.skipped else Status("error", "E", "ERROR")
        try:
            message.update(self._texts(report, status, []))
        except Exception:
            message["longrepr"] = text_of(report.longrepr)
        if hasattr(self._config, "workerinput"):
            # Listeners are not known before the last file is collected.
            message["serialized"] = serialized.of_collection(self._config, report)
        return message

    def _phase(self, report: Any, status: Status, later: list[Any]) -> dict[str, Any]:
        when = report.when
        phase = _times_of(report)
        subtest = _subtest_description(report)
        if report.outcome == "passed" and status == _PLAIN_PASSES.get(when) and not subtest:
            if self.keeps_output_of_passes:
                phase.update(self._texts(report, status, later))
            return phase
        phase["outcome"] = text_of(report.outcome)
        for name in ("category", "letter", "word"):
            if getattr(status, name):
                phase[name] = getattr(status, name)
        if subtest:
            phase["subtest"] = subtest
        if hasattr(report, "wasxfail"):
            phase["xfail"] = True
            if report.wasxfail:
                phase["skip_reason"] = _without_prefix(text_of(report.wasxfail), "reason: ")
        phase.update(self._texts(report, status, later))
        return phase

    def _texts(self, report: Any, status: Status, later: list[Any]) -> dict[str, Any]:
        texts: dict[str, Any] = {}
        longrepr = report.longrepr
        if longrepr is not None:
            texts["longrepr"] = self._renderer.plain(_longrepr_text(report))
        if report.skipped and isinstance(longrepr, tuple) and len(longrepr) == 3:
            path, line, reason = longrepr
            texts["skip_path"] = self._relative(text_of(path))
            texts["skip_line"] = _line_number(line, 0)
            texts["skip_reason"] = _without_prefix(text_of(reason), "Skipped: ")
            if _is_skipped_by_mark(report):
                texts["skip_by_mark"] = True
        if not report.skipped or hasattr(report, "wasxfail"):
            crash = getattr(longrepr, "reprcrash", None)
            message = getattr(crash, "message", None)
            if message:
                texts["crash_message"] = self._renderer.plain(text_of(message))
        if status.category not in self._without_block:
            plain, colored = self._block(report, status, later, texts)
            if plain:
                texts["terminal_text"] = plain
            if colored:
                texts["terminal_text_color"] = colored
        line = self._summary_line(report, status)
        if line:
            texts["summary_line"] = line
        sections = _pairs_of(report.sections)
        if sections:
            texts["sections"] = [{"name": name, "content": content} for name, content in sections]
        return texts

    def _block(self, report: Any, status: Status, later: list[Any], texts: dict[str, Any]) -> tuple[str, str]:
        try:
            return self._renderer.block(status.category, report, later)
        except Exception:
            # pytest would break off its summary here.
            return texts.get("longrepr", ""), ""

    def _summary_line(self, report: Any, status: Status) -> str:
        try:
            return self._renderer.summary_line(status.category, status.word, report)
        except Exception:
            return report.nodeid

    def _relative(self, path: str) -> str:
        prefix = self._rootpath.rstrip("/") + "/"
        return path[len(prefix) :] if path.startswith(prefix) else path


def _simply_passed(reports: list[tuple[Any, Status]]) -> bool:
    """Returns True if the reports are those of most tests: set-up, call and teardown passed, with nothing to say."""
    if len(reports) != len(_PLAIN_PASSES):
        return False
    for (report, status), when in zip(reports, _PLAIN_PASSES):
        # Compared by identity: only Statuses gives these out, and only for reports that simply passed.
        if status is not _PLAIN_PASSES[when] or report.when != when:
            return False
    return not reports[-1][0].user_properties


def _simple_result(
    lease_id: int, entry: Entry, reports: list[tuple[Any, Status]], engine: str, engine_reason: str, told: str
) -> str:
    """Returns the TestResult of such a test, written directly: for quick tests this is a large part of the cost."""
    phases = ",".join(
        f'{{"when":"{report.when}","start":{number_of(report.start):.6f},'
        f'"duration_s":{number_of(report.duration):.7f}}}'
        for report, _ in reports
    )
    why = f',"engine_reason":{quote(engine_reason)}' if engine_reason else ""
    shown = _reported_id(entry, reports)
    if shown:
        why += f',"reported_id":{quote(shown)}'
    place = serialized.place_of(reports[-1][0]) or ("", None, "")
    return _passed(lease_id, entry, phases, f'"engine":"{engine}"{why}', place, told)


def simple_pass(lease_id: int, entry: Entry, position: int, passed: Pass, serializes: bool) -> str:
    """Returns the same for a test that the direct engine ran, in the form for batches.BatchLoop.

    The phases follow each other without gaps. `serializes`: see ReportConverter.
    """
    start_ns, setup_ns, call_ns, teardown_ns, location = passed
    if not serializes and _is_spelled(entry.ref["node_id"], location):
        return f"{lease_id},{position},{start_ns},{setup_ns},{call_ns},{teardown_ns},{location[1]}"
    start = start_ns / 1e9
    call = start + setup_ns / 1e9
    teardown = call + call_ns / 1e9
    phases = (
        f'{{"when":"setup","start":{start:.6f},"duration_s":{setup_ns / 1e9:.7f}}},'
        f'{{"when":"call","start":{call:.6f},"duration_s":{call_ns / 1e9:.7f}}},'
        f'{{"when":"teardown","start":{teardown:.6f},"duration_s":{teardown_ns / 1e9:.7f}}}'
    )
    told = ""
    if serializes:
        times = (("setup", start, setup_ns), ("call", call, call_ns), ("teardown", teardown, teardown_ns))
        told = serialized.of_pass(
            location, entry.ref["node_id"], entry.item.keywords, [(when, at, took / 1e9) for when, at, took in times]
        )
    return f'"results":[{_passed(lease_id, entry, phases, _DIRECT, location, told)}]'


_DIRECT = '"engine":"ENGINE_DIRECT"'


def _is_spelled(node_id: str, location: tuple[Any, int | None, Any]) -> bool:
    """Returns True if the location can be read from the node id: the path, and the names down to the test."""
    path, line, domain = location
    if line is None or line < 0 or "::" in path:
        return False
    if domain.isidentifier():
        return node_id == f"{path}::{domain}"
    names, bracket, parameters = domain.partition("[")
    return "::" not in names and node_id == f"{path}::{names.replace('.', '::')}{bracket}{parameters}"


def _passed(
    lease_id: int, entry: Entry, phases: str, engine: str, location: tuple[Any, int | None, Any], told: str
) -> str:
    path, line, domain = location
    line = _line_number(line, -1)
    more = f',"serialized":{quote(told)}' if told else ""
    return (
        f'{{"lease_id":{lease_id},"ref":{ref_json(entry.ref)},"outcome":"PASSED","phases":[{phases}],{engine},'
        f'"location_path":{quote(str(path))},"location_line":{line},"domain":{quote(str(domain))}{more}}}'
    )


def outcome_of(reports: list[tuple[Any, Status]]) -> str:
    """Returns one word for a test with these reports. failed comes before error, error before skipped, then the rest.

    A test without a report that counts (--setup-only, a plugin's own protocol) has passed as far as pytest can tell.
    """
    outcome = "PASSED"
    failed = False
    error = False
    for report, _status in reports:
        if report.failed:
            if report.when == "call":
                failed = True
            else:
                error = True
        elif _subtest_description(report):
            # A subtest that failed has been counted above. Others say nothing of the test.
            continue
        elif hasattr(report, "wasxfail") and outcome != "SKIPPED":
            outcome = "XFAILED" if report.skipped else "XPASSED"
        elif report.skipped:
            outcome = "SKIPPED"
    if failed:
        return "FAILED"
    return "ERROR" if error else outcome


def warning_message(invocation_dir: str, warning: Any, when: str, nodeid: str) -> dict[str, Any]:
    """Returns a RecordedWarning, with the text and the place that pytest's summary of warnings shows."""
    from _pytest.warnings import warning_record_to_str

    message: dict[str, Any] = {
        "message": warning_record_to_str(warning),
        "when": when,
        "category": getattr(warning.category, "__name__", ""),
    }
    if nodeid:
        message["node_id"] = nodeid
    else:
        path = os.path.abspath(str(warning.filename))
        message["location_path"] = _best_relative(invocation_dir, path)
        message["location_line"] = max(0, int(warning.lineno))
    return message


def _best_relative(directory: str, path: str) -> str:
    from pathlib import Path

    from _pytest.pathlib import bestrelpath

    return bestrelpath(Path(directory), Path(path))


def _reported_id(entry: Entry, reports: list[tuple[Any, Status]]) -> str:
    """Returns the node id in the reports if a hook has changed it: the call's, or that of the last report."""
    if not reports:
        return ""
    report = next((report for report, _ in reports if report.when == "call"), reports[-1][0])
    node_id = report.nodeid
    return "" if node_id == entry.ref["node_id"] else text_of(node_id)


def _times_of(report: Any) -> dict[str, Any]:
    # A plugin may make reports without times.
    start, duration = number_of(getattr(report, "start", 0.0)), number_of(getattr(report, "duration", 0.0))
    when = report.when
    return {"when": when if isinstance(when, str) else "", "start": round(start, 6), "duration_s": round(duration, 7)}


def _least_phase(report: Any, status: Status) -> dict[str, Any]:
    phase = {**_times_of(report), **status._asdict(), "outcome": text_of(report.outcome)}
    longrepr = getattr(report, "longrepr", None)
    return phase if longrepr is None else {**phase, "longrepr": text_of(longrepr)}


def _longrepr_text(report: Any) -> str:
    try:
        return text_of(report.longreprtext)
    except Exception:
        return text_of(report.longrepr)


def _pairs_of(value: Any) -> list[tuple[str, str]]:
    """Returns pairs of texts from report.sections or report.user_properties. What is no pair is left out."""
    if not isinstance(value, (list, tuple)):
        return []
    pairs = [entry for entry in value if isinstance(entry, (list, tuple)) and len(entry) == 2]
    return [(text_of(name), text_of(content)) for name, content in pairs]


def _line_number(line: Any, unknown: int) -> int:
    return line if isinstance(line, int) and 0 <= line < 1 << 31 else unknown


def _subtest_description(report: Any) -> str:
    describe = getattr(report, "_sub_test_description", None) or getattr(report, "sub_test_description", None)
    return str(describe()) if callable(describe) else ""


def _is_skipped_by_mark(report: Any) -> bool:
    keywords = getattr(report, "keywords", None)
    return isinstance(keywords, dict) and report.when == "setup" and "skip" in keywords and "pytestmark" not in keywords


def _without_prefix(text: str, prefix: str) -> str:
    return text[len(prefix) :] if text.startswith(prefix) else text


def _report_characters(config: Any) -> str:
    from _pytest.terminal import getreportopt

    return getreportopt(config) if hasattr(config.option, "reportchars") else ""


def _junit_logging(config: Any) -> str | None:
    try:
        return config.getini("junit_logging")
    except (KeyError, ValueError):
        return "no"
