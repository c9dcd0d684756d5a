"""The figures of benchmarks/peers as lines for a terminal, as a page and as a picture."""

import statistics
from html import escape
from typing import Any, NamedTuple

from aims import reached

# What a plain test is to cost in a worker.
WORKER_US = 12


class Table(NamedTuple):
    """A case: its results, and by `measured` the machine, the commit and the number of rounds."""

    name: str
    results: list
    measured: Any = None
    aims: tuple = ()
    # What there is to say of aims that were not reached.
    remark: str = ""


def _median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def _row(result):
    """Wall time, ratio with spread, memory, right outcomes; each as text."""
    seconds, ratio = _median(result.seconds), _median(result.ratios)
    if seconds is None:
        return "did not end", "", f"{result.peak_mib:.0f}", f"{result.right} of {result.total}"
    spread = f"{ratio:.2f}x ({min(result.ratios):.2f}-{max(result.ratios):.2f})"
    if lost := result.seconds.count(None):
        spread += f", no end in {lost} of {len(result.seconds)} rounds"
    return f"{seconds:.3f}", spread, f"{result.peak_mib:.0f}", f"{result.right} of {result.total}"


def remarks(text):
    """By case, what stands under its headline in remarks.md."""
    parts = text.split("\n## ")[1:]
    return {head.strip(): body.strip() for head, _, body in (part.partition("\n") for part in parts)}


def text(name, results):
    lines = [f"\n{name:26} {'wall, s':>12} {'against pytest':>22} {'peak, MiB':>10}   right"]
    for result in results:
        seconds, spread, peak, right = _row(result)
        lines.append(f"{result.name:26} {seconds:>12} {spread:>22} {peak:>10}   {right}")
    return "\n".join(lines)


def pin(path, name):
    """The line of a requirements file that pins the program itself."""
    wanted = {"xdist": "pytest-xdist"}.get(name, name)
    return next(line for line in path.read_text().splitlines() if line.startswith(f"{wanted}=="))


def page(pins, tables):
    machines = sorted({table.measured["machine"] for table in tables})
    lines = [
        "# Benchmarks",
        "",
        "Written by `tools/bench peers --write`; do not edit it by hand.",
        "",
        f"Machine: {'; '.join(machines)}.",
        f"Programs: pytest of tools/requirements/run.txt, {', '.join(pins)}, and Fastest at the commit of each table.",
        "",
        "Method: whole processes, rounds in which each program runs once, in an order that turns; bytecode",
        "caches warm and written by all; two workers where a program can have them; the tests' temporary files are in",
        "memory (a disk takes now microseconds and now milliseconds for one). *Against pytest* is the median of",
        "the rounds' ratios (and their range): above 1 is faster than `pytest -q` in one process. *Peak* is the memory",
        "of all its processes together (PSS). *Right* is how many of pytest's outcomes the program can have at most,",
        "by the counts in its summary, or how many of pytest's ids it lists: a figure of a program that does not do",
        "the whole work is no figure of the same work.",
        "",
        "![How many times as fast as pytest](benchmarks.svg)",
    ]
    for name, results, measured, aims, remark in tables:
        lines += ["", f"## {name}", "", f"{measured['rounds']} rounds, at {measured['commit']}."]
        lines += ["", "| | wall, s | against pytest | peak, MiB | right |", "|---|---|---|---|---|"]
        for result in results:
            seconds, spread, peak, right = _row(result)
            if result.right != result.total:
                right = f"**{right}**"
            lines.append(f"| {result.name} | {seconds} | {spread} | {peak} | {right} |")
        if measured.get("left_out"):
            lines += ["", f"Left out, since each takes minutes or does not end: {', '.join(measured['left_out'])}."]
        said = [line for line in (reached(aim, results) for aim in aims) if line is not None]
        if said:
            lines += ["", "Aimed at:", ""]
            lines += [f"- {line} ({'reached' if is_reached else '**not reached**'})" for line, is_reached in said]
        if measured.get("worker_us"):
            took = measured["worker_us"]
            verdict = "reached" if took <= WORKER_US else "**not reached**"
            lines += [
                "",
                f"In a worker, {took:.1f} µs pass from one of these tests' begin to the next one's: in the least",
                f"disturbed file of three runs with one worker (aimed at: {WORKER_US}, {verdict}).",
            ]
        if measured.get("stages"):
            lines += ["", "Where the time of a run goes, by its own account (medians of three runs):", ""]
        for program, parts in measured.get("stages", {}).items():
            total = sum(parts.values())
            told = [f"{part} {seconds:.3f} s ({100 * seconds / total:.0f} %)" for part, seconds in parts.items()]
            lines.append(f"- {program}: {', '.join(told)}")
        lines += _profile(measured.get("profile", {}))
        if remark:
            lines += ["", remark]
    return "\n".join(lines) + "\n"


def _profile(programs):
    if not programs:
        return []
    lines = [
        "",
        "Where its processor time goes (samples by py-spy of its Python processes, by perf where there are none):",
        "",
    ]
    for program, (steps, functions) in programs.items():
        lines.append(f"- {program}: {_shares(steps)}" if steps else f"- {program}, by function: {_shares(functions)}")
        if steps:
            lines.append(f"  - by function: {_shares(functions)}")
    return lines


def shown(parts):
    """Of a profile's parts, those that the page names: the six largest, without those below 2 %."""
    return [(name, share) for name, share in parts[:6] if share >= 0.02]


def _shares(parts):
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in shown(parts))


def picture(tables):
    """Bars for each case; a hollow bar is a program that does not have all of pytest's outcomes."""
    label, width, bar, gap = 230, 560, 13, 26
    parts, y = [], 34
    for name, results, *_ in tables:
        ratios = {result.name: _median(result.ratios) or 0 for result in results}
        scale = width / max([*ratios.values(), 1])
        parts.append(f'<text x="8" y="{y}" font-weight="bold">{escape(name)}</text>')
        y += 8
        for result in results:
            ratio = ratios[result.name]
            complete = result.right == result.total
            color = "#2f6f9f" if result.name.startswith("Fastest") else "#8a8a8a"
            style = f'fill="{color}"' if complete else f'fill="none" stroke="{color}"'
            parts.append(f'<text x="{label - 6}" y="{y + 10}" text-anchor="end">{escape(result.name)}</text>')
            parts.append(f'<rect x="{label}" y="{y}" width="{max(ratio * scale, 1):.1f}" height="{bar - 3}" {style}/>')
            note = f"{ratio:.2f}x" if complete else f"{ratio:.2f}x, {result.right} of {result.total} right"
            parts.append(
                f'<text x="{label + ratio * scale + 5:.1f}" y="{y + 10}">{note if ratio else "did not end"}</text>'
            )
            y += bar
        y += gap
    size = f'width="{label + width + 190}" height="{y}" font-family="sans-serif" font-size="11"'
    title = "Times as fast as pytest (one process); hollow: not all of its outcomes"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="8" y="16">{title}</text>'
    )
    return head + "\n" + "\n".join(parts) + "\n</svg>\n"
