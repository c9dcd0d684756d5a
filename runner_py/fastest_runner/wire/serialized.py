"""Reports and warnings as texts, from a worker to the control session. pytest-xdist's two sides do it in this way."""

from __future__ import annotations

import importlib
import json
import warnings
from typing import Any

# Bound here: a test may replace the module's functions.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
_decode = json.JSONDecoder().decode


def of_report(config: Any, report: Any) -> Any:
    """Returns what pytest or a plugin makes of a report; None if nobody can serialize a report of its kind."""
    return config.hook.pytest_report_to_serializable(config=config, report=report)


def of_test(config: Any, reports: list[Any]) -> str:
    """Returns the reports of one test as a text, for `reports_of`."""
    return _encode([data for data in (of_report(config, report) for report in reports) if data is not None])


def of_pass(location: tuple[Any, Any, Any], node_id: str, keywords: Any, phases: list[tuple[str, float, float]]) -> str:
    """Does the same for a test that passed without reports. `phases` holds the name, start and duration of each."""
    common = {
        "$report_type": "TestReport",
        "nodeid": node_id,
        "location": location,
        "keywords": dict.fromkeys(keywords, 1),
        "outcome": "passed",
        "longrepr": None,
        "sections": [],
        "user_properties": [],
    }
    return _encode(
        [
            {**common, "when": when, "start": start, "stop": start + duration, "duration": duration}
            for when, start, duration in phases
        ]
    )


def of_collection(config: Any, report: Any) -> str:
    return _encode(of_report(config, report))


def reports_of(config: Any, text: str) -> list[Any]:
    """Returns the report objects from a text of `of_test` or `of_collection`."""
    data = _decode(text)
    reports = []
    for entry in data if isinstance(data, list) else [data]:
        # These values are tuples, which JSON does not have.
        for name in ("location", "longrepr"):
            if isinstance(entry.get(name), list):
                entry[name] = tuple(entry[name])
        for name in ("sections", "user_properties"):
            if name in entry:
                entry[name] = [tuple(pair) for pair in entry[name]]
        report = config.hook.pytest_report_from_serializable(config=config, data=entry)
        if report is not None:
            reports.append(report)
    return reports


def of_warning(warning: Any, when: str, nodeid: str, location: Any) -> str:
    """Returns the arguments of pytest_warning_recorded as a text."""
    message = warning.message
    is_object = isinstance(message, Warning)
    return _encode(
        {
            "text": str(message),
            "class": _name_of(type(message)) if is_object else None,
            "args": message.args if is_object and _is_plain(message.args) else None,
            "category": _name_of(warning.category) if warning.category else None,
            "filename": str(warning.filename),
            "lineno": int(warning.lineno),
            "when": when,
            "nodeid": nodeid,
            "location": location,
        }
    )


def warning_of(text: str) -> dict[str, Any]:
    """Returns the arguments for pytest_warning_recorded, from a text of `of_warning`."""
    data = _decode(text)
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
    location = data["location"]
    return {
        "warning_message": warnings.WarningMessage(message, category, data["filename"], data["lineno"]),
        "when": data["when"],
        "nodeid": data["nodeid"],
        "location": None if location is None else tuple(location),
    }


def _name_of(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__


def _class_of(name: list[str]) -> Any:
    module, path = name
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _is_plain(args: tuple[Any, ...]) -> bool:
    return all(isinstance(value, (str, int, float, bool, type(None))) for value in args)
