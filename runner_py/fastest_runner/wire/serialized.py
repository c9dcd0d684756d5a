"""Reports and warnings as texts, from a worker to the control session. pytest-xdist's two sides do it in this way.

Plugins may put anything into a report. What cannot be told costs the listener that value, and the run nothing: the
worker's side raises no error.
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from _pytest._code.code import TerminalRepr

from . import values

# The most characters of a text that stands for a report's real contents.
_MOST_OF_A_TEXT = 64 << 10
# In a report's form: longrepr is the text of an object. pytest itself does not say so, and pytest-xdist shows a text.
_IS_OBJECT = "$longrepr_is_object"
# In the form of a subtest's report: the values that name it. pytest itself puts quotes around them on the way.
_SUBTEST = "$subtest"
# Attributes of a WarningMessage that pytest-xdist tells by their repr where they cannot be told.
_DETAILS = ("file", "line", "source")


def of_test(config: Any, node_id: str, location: Any, reports: list[Any]) -> str:
    """Returns the reports of one test as a text, for `test_of`. `node_id` and `location` are the item's."""
    return _text_of(config, reports, {"nodeid": node_id, "location": location})


def of_collection(config: Any, report: Any) -> str:
    """Returns a collector's report as a text, for `collection_of`."""
    return _text_of(config, [report], {})


def of_pass(location: tuple[Any, Any, Any], node_id: str, keywords: Any, phases: list[tuple[str, float, float]]) -> str:
    """As of_test, for a test that passed without reports. `phases` holds the name, start and duration of each."""
    common = values.form_of(
        {
            "$report_type": "TestReport",
            "nodeid": node_id,
            "location": location,
            "keywords": dict.fromkeys(keywords, 1),
            "outcome": "passed",
            "longrepr": None,
            "sections": [],
            "user_properties": [],
        }
    )
    reports = [
        {**common, "when": when, "start": start, "stop": start + duration, "duration": duration}
        for when, start, duration in phases
    ]
    return values.encode_form({"nodeid": common["nodeid"], "location": common["location"], "reports": reports})


class TextRepr(TerminalRepr):
    """Stands for an object that a longrepr was: a collector's error, or a failed doctest."""

    def __init__(self, text: str) -> None:
        self.longrepr = text

    def toterminal(self, tw: Any) -> None:
        tw.line(self.longrepr, red=True)

    def __str__(self) -> str:
        return self.longrepr


def test_of(
    config: Any, text: str, more: dict[str, Any], with_objects: bool = False
) -> tuple[dict[str, Any], list[Any], bool]:
    """Returns the arguments of pytest_runtest_logstart and the report objects, from a text of of_test or of_pass.

    `more` is what a worker of pytest-xdist adds to the form of each report. The last value says whether the test's
    worker has died of it. Then the coordinator has written the text.

    `with_objects`: what was an object in the worker is one again, as in a session of plain pytest. Otherwise it is a
    text, as in pytest-xdist's controller.
    """
    told = values.decode(text)
    place = {"nodeid": told["nodeid"], "location": told["location"]}
    reports = [{**data, **more} for data in told["reports"]]
    return place, _reports_of(config, reports, with_objects), bool(told.get("died"))


def collection_of(config: Any, text: str, with_objects: bool = False) -> list[Any]:
    """Returns the report objects from a text of `of_collection`."""
    return _reports_of(config, values.decode(text)["reports"], with_objects)


def _reports_of(config: Any, forms: list[dict[str, Any]], with_objects: bool) -> list[Any]:
    reports = []
    for data in forms:
        is_object, subtest = data.pop(_IS_OBJECT, False), data.pop(_SUBTEST, None)
        report = _report_of(config, data)
        if report is not None:
            if is_object and with_objects and isinstance(report.longrepr, str):
                report.longrepr = TextRepr(report.longrepr)
            if subtest is not None and with_objects and hasattr(report, "context"):
                # The constructor makes texts of them, for the second time.
                object.__setattr__(report.context, "kwargs", subtest)
            reports.append(report)
    return reports


def _report_of(config: Any, data: dict[str, Any]) -> Any:
    deserialize = config.hook.pytest_report_from_serializable
    longrepr = data.get("longrepr")
    if longrepr is None or isinstance(longrepr, (str, tuple, list, dict)):
        return deserialize(config=config, data=data)
    # pytest looks for names in it. A hook has put something in its place that holds no names, a number for example.
    report = deserialize(config=config, data={**data, "longrepr": None})
    if report is not None:
        report.longrepr = longrepr
    return report


def _text_of(config: Any, reports: list[Any], place: dict[str, Any]) -> str:
    try:
        found = [data for report in reports if (data := _data_of(config, report)) is not None]
        return values.encode({**place, "reports": found})
    except Exception:
        # There is too much in the reports, or they are nested too deeply for the stack that the test has left.
        return values.encode({**place, "reports": [_bare(report) for report in reports]})


def _data_of(config: Any, report: Any) -> Any:
    """Returns what pytest or a plugin makes of a report; None if nobody can serialize a report of its kind."""
    try:
        data = config.hook.pytest_report_to_serializable(config=config, report=report)
        if data is not None and isinstance(data.get("longrepr"), str) and not isinstance(report.longrepr, str):
            data[_IS_OBJECT] = True
        subtest = getattr(getattr(report, "context", None), "kwargs", None)
        if data is not None and type(subtest) is dict and values.can_be_told(subtest):
            data[_SUBTEST] = subtest
        return data
    except Exception:
        # A part of it cannot be copied, for example.
        return _bare(report)


def _bare(report: Any) -> dict[str, Any]:
    """Returns a report of pytest's own kinds with what every report says, in values that can be told."""
    longrepr = getattr(report, "longrepr", None)
    data: dict[str, Any] = {
        "nodeid": values.text_of(report.nodeid),
        "outcome": values.text_of(report.outcome),
        "longrepr": None if longrepr is None else values.text_of(longrepr)[:_MOST_OF_A_TEXT],
        "sections": [],
    }
    if not hasattr(report, "when"):
        return {"$report_type": "CollectReport", "result": None, **data}
    path, line, domain = place_of(report) or ("", None, "")
    times = {name: values.number_of(getattr(report, name, 0.0)) for name in ("start", "stop", "duration")}
    return {
        "$report_type": "TestReport",
        **data,
        "when": None if report.when is None else values.text_of(report.when),
        "location": (path, line, domain),
        "keywords": {},
        "user_properties": [],
        **times,
    }


def place_of(report: Any) -> tuple[str, int | None, str] | None:
    """Returns report.location, or None if there is none, or a hook has put something else in its place."""
    location = getattr(report, "location", None)
    if not isinstance(location, (tuple, list)) or len(location) != 3:
        return None
    path, line, domain = location
    return values.text_of(path), line if isinstance(line, int) else None, values.text_of(domain)


def of_warning(warning: Any, when: str, nodeid: str, location: Any) -> str:
    """Returns the arguments of pytest_warning_recorded as a text."""
    message = warning.message
    is_object = isinstance(message, Warning)
    data = {
        "text": values.text_of(message),
        "class": _name_of(type(message)) if is_object else None,
        "args": message.args if is_object and values.can_be_told(message.args) else None,
        "category": _name_of(warning.category) if warning.category else None,
        "filename": warning.filename,
        "lineno": warning.lineno,
        "when": when,
        "nodeid": nodeid,
        "location": location,
    }
    for name in _DETAILS:
        detail = getattr(warning, name, None)
        data[name] = detail if values.can_be_told(detail) else values.text_of(detail, repr)
    try:
        return values.encode(data)
    except Exception:
        return values.encode({**data, "args": None, **dict.fromkeys(_DETAILS), "text": data["text"][:_MOST_OF_A_TEXT]})


def warning_of(text: str) -> dict[str, Any]:
    """Returns the arguments for pytest_warning_recorded, from a text of `of_warning`."""
    data = values.decode(text)
    message: Any = data["text"]
    if data["class"] is not None:
        try:
            message = _class_of(data["class"])(*data["args"])
        except Exception:
            # The warning's object cannot be made here. Its text can still be read.
            message = Warning(f"{'.'.join(data['class'])}: {data['text']}")
    try:
        category = _class_of(data["category"]) if data["category"] else None
    except Exception:
        category = type(message) if isinstance(message, Warning) else Warning
    details = {name: data.get(name) for name in _DETAILS}
    return {
        "warning_message": warnings.WarningMessage(message, category, data["filename"], data["lineno"], **details),
        "when": data["when"],
        "nodeid": data["nodeid"],
        "location": data["location"],
    }


def _name_of(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__


def _class_of(name: tuple[str, str]) -> Any:
    module, path = name
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found
