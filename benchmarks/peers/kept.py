"""The form of the files in benchmarks/peers/results. A file has in few lines only what the page shows of a case."""

import json

from report import shown

# Significant digits of every measured number.
_DIGITS = 7
# Values that nest deeper than this are spread over several lines.
_DEEPEST_ON_ONE_LINE = 2


def trimmed(row):
    """The part of a case's row that the page shows. Ratios are left out, since they follow from the seconds."""
    profile = {name: [shown(part) for part in parts] for name, parts in row["profile"].items()}
    results = [{key: value for key, value in result.items() if key != "ratios"} for result in row["results"]]
    return _rounded({**row, "profile": profile, "results": results})


def text_of(value, indent=""):
    """JSON that has a short line for each program and each list of a profile."""
    if _depth(value) <= _DEEPEST_ON_ONE_LINE:
        return json.dumps(value)
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {text_of(part, inner)}" for key, part in value.items()]
        begin, end = "{}"
    else:
        parts = [inner + text_of(part, inner) for part in value]
        begin, end = "[]"
    return f"{begin}\n" + ",\n".join(parts) + f"\n{indent}{end}"


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part) for part in value]
    return value


def _depth(value):
    if not isinstance(value, (dict, list, tuple)):
        return 0
    return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)
