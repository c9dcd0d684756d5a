"""Measures the HTML report of a large run in a real browser, and the cost of all reports together.

    tools/bench report [--tests N] [--runs N] [--pairs N]

- Opens a report of N tests (100,000) from disk in headless Chromium, and measures the time until everything is usable.
- Measures the time from a keystroke in the search until its rows are in the page.
- Runs 10,000 plain tests with and without every report, in pairs.

Exits with 1 if a target is missed: 2 s, 100 ms, 120 bytes a test, 3 %.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/harness"))
from report_page import start_browser

# isort: split
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
COORDINATOR = ROOT / "bazel-bin/coordinator/fastest-coordinator"

OPEN_S, FILTER_S, BYTES, SHARE = 2.0, 0.1, 120, 0.03


def events(tests, path):
    """Writes the events of a made-up run of so many tests on 16 slots. A few tests fail."""
    chance = random.Random(1)
    start = 1_700_000_000.0
    lanes = [start] * 16
    with open(path, "w", encoding="utf-8") as file:

        def line(event):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")

        line({"type": "run_started", "version": "0", "schema": 1, "run_id": "r", "rootdir": "/r",
              "invocation_dir": "/r", "python": "3.11", "pytest": "9", "slots": 16, "started_at": start,
              "hostname": "h", "header": [], "options": {}})  # fmt: skip
        counts = {"passed": 0, "failed": 0}
        for number in range(tests):
            lane = min(range(16), key=lanes.__getitem__)
            phases = {phase: round(chance.expovariate(1 / 0.002), 6) for phase in ("setup", "call", "teardown")}
            began = lanes[lane]
            lanes[lane] += sum(phases.values())
            failed = number % 1000 == 7
            counts["failed" if failed else "passed"] += 1
            node_id = (
                f"tests/package_{number // 5000}/test_module_{number // 100}.py::TestClass::test_case[{number % 100}]"
            )
            event = {"type": "result", "nodeid": node_id, "outcome": "failed" if failed else "passed",
                     "duration_s": sum(phases.values()), "engine": "pytest", "agent": f"a{lane // 4}",
                     "worker": f"gw{lane}", "attempt": 1, "phases": phases, "started_at": began,
                     "lease": number // 100 + 1, "stages": {"setup": began, "call": began + phases["setup"],
                                "teardown": began + phases["setup"] + phases["call"]}}  # fmt: skip
            if failed:
                at = event["stages"]
                event["reports"] = [
                    {"when": "setup", "start": at["setup"], "duration_s": phases["setup"]},
                    {"when": "call", "start": at["call"], "duration_s": phases["call"], "outcome": "failed",
                     "category": "failed", "longrepr": "E   assert 1 == 2\n" * 20, "crash_message": "assert 1 == 2"},
                    {"when": "teardown", "start": at["teardown"], "duration_s": phases["teardown"]},
                ]  # fmt: skip
            line(event)
        names = (
            "total_s before_s tests_s workers busy_s setup_s waiting_s tail_s longest_test_s agents last_agent_behind_s"
        )
        zero = dict.fromkeys(names.split(), 0)
        books = {"balanced": True, "collected": tests, "reported": tests, "deselected": 0, "withdrawn": 0,
                 "not_run": [], "disagreements": []}  # fmt: skip
        line({"type": "run_finished", "exit_code": 1, "counts": counts, "duration_s": max(lanes) - start,
              "finished_at": max(lanes), "books": books, "timing": {**zero, "longest_test": "", "last_agent": ""},
              "modules": []})  # fmt: skip


# Measures until the page has laid out the rows that a keystroke leaves.
FILTER = """
const search = document.getElementById("search");
search.value = arguments[0];
const begin = performance.now();
search.dispatchEvent(new Event("input"));
document.getElementById("grid").getBoundingClientRect();
return [performance.now() - begin, document.getElementById("shown").textContent];
"""


def in_browser(path, runs):
    opened, filtered = [], []
    driver = start_browser()
    try:
        for _ in range(runs):
            driver.get("about:blank")
            begin = time.monotonic()
            driver.get(f"file://{path}")
            WebDriverWait(driver, 60, 0.01).until(
                lambda d: d.find_element(By.TAG_NAME, "body").get_attribute("data-ready")
            )
            opened.append(time.monotonic() - begin)
            driver.find_element(By.ID, "tab-tests").click()
            for text in ("t", "module_7", "module_77 case[5", "nothing like that", ""):
                milliseconds, _ = driver.execute_script(FILTER, text)
                filtered.append(milliseconds / 1000)
    finally:
        driver.quit()
    return statistics.median(opened), statistics.median(filtered), max(filtered)


def cost(runs):
    """Seconds of 10,000 plain tests without and with all reports, in pairs.

    As in CI, a run does not overwrite the reports of an earlier run.
    """
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "suite"
        folder.mkdir()
        for number in range(200):
            body = "".join(f"def test_{n}():\n    assert {n} + 1 == {n + 1}\n" for n in range(50))
            (folder / f"test_{number}.py").write_text(body)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["XDG_CACHE_HOME"] = str(Path(work) / "cache")
        reports = {"--report-json": "r.jsonl", "--junitxml": "r.xml", "--report-html": "r.html",
                   "--trace-json": "t.json", "--report-ctrf": "c.json", "--report-markdown": "m.md"}  # fmt: skip
        written = Path(work) / "reports"
        words = [word for option, name in reports.items() for word in (option, str(written / name))]
        command = [str(COORDINATOR), "--python", sys.executable, "-n", "2", "-q"]

        def once(*more):
            shutil.rmtree(written, ignore_errors=True)
            written.mkdir()
            begin = time.monotonic()
            subprocess.run([*command, *more], cwd=folder, env=environment, check=True, capture_output=True)
            return time.monotonic() - begin

        once()
        pairs = []
        for number in range(runs):
            # The first run of a pair has the colder machine, so the sides take turns.
            first, second = (once(), once(*words)) if number % 2 else (once(*words), once())
            pairs.append((first, second) if number % 2 else (second, first))
    plain, full = (statistics.median(side) for side in zip(*pairs))
    return plain, full, statistics.median(b / a for a, b in pairs) - 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--pairs", type=int, default=41, help="pairs of runs without and with reports (default: 41)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        lines, page = Path(work) / "events.jsonl", Path(work) / "report.html"
        events(options.tests, lines)
        begin = time.monotonic()
        subprocess.run(
            [str(COORDINATOR), "--from-json", str(lines), "--report-html", str(page)], capture_output=True, check=False
        )
        made = time.monotonic() - begin
        size = page.stat().st_size
        opened, typical, slowest = in_browser(page, options.runs)
    plain, full, share = cost(options.pairs)
    rows = [
        ("opens", f"{opened:.2f} s", f"{OPEN_S} s", opened < OPEN_S),
        (
            "filters (slowest)",
            f"{typical * 1000:.0f} ms ({slowest * 1000:.0f} ms)",
            f"{FILTER_S * 1000:.0f} ms",
            slowest < FILTER_S,
        ),
        ("bytes a test", f"{size / options.tests:.1f}", str(BYTES), size / options.tests < BYTES),
        ("all reports, 10,000 tests", f"{plain:.2f} s -> {full:.2f} s ({share:+.1%})", f"{SHARE:+.0%}", share < SHARE),
    ]
    print(f"{options.tests} tests, {options.runs} runs, medians; the page was made from events in {made:.1f} s")
    for name, measured, target, reached in rows:
        print(f"{name:28} {measured:34} target {target:8} {'reached' if reached else 'MISSED'}")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
