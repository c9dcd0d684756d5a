"""Compares Fastest with pytest, whole processes in pairs: `tools/bench engine`.

- A pair runs both, one after the other. They take turns in coming first.
- Wall and CPU time are those of the command with all processes that it started.
- A case's figure is the median of the pairs' ratios.
- Before the pairs, both run once. Their outcomes must be equal. This also fills the caches: pytest's .pyc files, and
  Fastest's cache directory. No daemon stays between runs.
- `overhead` is the time from the start of one plain test to the start of the next one in a worker.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/parity"), str(ROOT / "runner_py/tests")]

import parity  # noqa: E402
import projects  # noqa: E402
from driver import Zygote  # noqa: E402

# The ratio that each case shall reach. For `overhead`: the most µs.
TARGETS = {
    "plain": 6.0,
    "mixed": 2.5,
    "parametrized": 10.0,
    "everyday": 2.0,
    "click": 2.5,
    "itsdangerous": 1.8,
    "attrs": 1.8,
    "networkx": 1.8,
    "more-itertools": 1.8,
    "overhead": 12.0,
}


class Cost(NamedTuple):
    wall_s: float
    cpu_s: float


def measure(command, folder, environment):
    """Runs a command. Returns its costs, with those of all its descendants."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(time.monotonic() - begin, usage.ru_utime + usage.ru_stime)


def compare(case, slots, pairs, cache, options):
    """Returns the number of tests, the differences, and the costs of each pair, pytest's first."""
    environment = parity.clean_environment({"XDG_CACHE_HOME": str(cache)})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    reference = [case.python, "-m", "pytest", *case.args]
    ours = [parity.coordinator_path(), "-n", slots, "--python", case.python, *options, *case.args]
    expected = parity.run_pytest(case.folder, case.args, case.python)
    actual = parity.run_fastest(
        case.folder, [*options, *case.args], case.python, slots, env={"XDG_CACHE_HOME": str(cache)}
    )
    differences = parity.differences(expected, actual, texts=False)
    if differences:
        parity.leave_out(
            parity.flaky_tests(expected, parity.run_pytest(case.folder, case.args, case.python)), expected, actual
        )
        differences = parity.differences(expected, actual, texts=False)
    costs = []
    for number in range(pairs):
        sides = [reference, ours] if number % 2 == 0 else [ours, reference]
        first, second = (measure(command, case.folder, environment) for command in sides)
        costs.append((first, second) if number % 2 == 0 else (second, first))
    return len(actual.outcomes), differences, costs


def overhead_us(folder, engine):
    """Microseconds from one plain test's start to the next one's in a worker, in the least disturbed module."""
    zygote = Zygote()
    try:
        worker = zygote.worker("gw0")
        worker.start(folder, slots=1, engine=engine)
        for number, module in enumerate(worker.wait_for("ready")["collection"]["modules"], 1):
            worker.lease(number, module=module)
        worker.finish()
    finally:
        zygote.close()
    begins = {}
    for result in worker.results():
        begins.setdefault(result["lease_id"], []).append(result["phases"][0]["start"])
    return min((times[-1] - times[0]) / (len(times) - 1) * 1e6 for times in begins.values())


def main():
    parser = argparse.ArgumentParser(
        description="Measures Fastest against pytest in pairs of whole processes.",
        epilog=f"cases: {' '.join(TARGETS)}",
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="default: all")
    parser.add_argument("-n", type=int, default=2, help="worker slots (default: 2)")
    parser.add_argument("--pairs", type=int, default=5, help="default: 5")
    parser.add_argument("--engine", default="auto", help="Fastest's engine (default: auto)")
    options = parser.parse_args()
    unknown = set(options.cases) - set(TARGETS)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))} (there are {', '.join(TARGETS)})")
    cases = options.cases or list(TARGETS)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, -n {options.n}, "
        f"{options.pairs} pairs, engine {options.engine}"
    )
    work = Path(tempfile.mkdtemp(prefix="bench-"))
    rows = []
    try:
        for name in cases:
            if name == "overhead":
                folder = projects.make("plain", work / "overhead", sys.executable).folder
                took = overhead_us(folder, options.engine)
                rows.append(f"{name:15} {took:.1f} µs a test (target: {TARGETS[name]:g})")
                reached = took <= TARGETS[name]
            else:
                case = projects.make(name, work / name, sys.executable)
                tests, differences, costs = compare(
                    case, options.n, options.pairs, work / "cache", ["--engine", options.engine]
                )
                wall = statistics.median(one.wall_s / other.wall_s for one, other in costs)
                cpu = statistics.median(one.cpu_s / other.cpu_s for one, other in costs)
                texts = []
                for side in zip(*costs):
                    middle = [statistics.median(values) for values in zip(*side)]
                    texts.append(f"{middle[0]:6.2f} s ({middle[1]:6.2f})")
                equal = "equal" if not differences else f"{len(differences)} DIFFERENT"
                rows.append(
                    f"{name:15} {tests:6} {'   '.join(texts)}   {wall:5.2f}x {cpu:5.2f}x {TARGETS[name]:5g}x  {equal}"
                )
                for line in differences[:20]:
                    print(f"  {line}", flush=True)
                reached = wall >= TARGETS[name] and not differences
            print(rows[-1], flush=True)
            rows[-1] += "" if reached else "  (not reached)"
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"\n{'case':15} {'tests':>6} {'pytest: wall (CPU)':>17} {'Fastest: wall (CPU)':>19}    wall    CPU target")
    print("\n".join(rows))
    return 1 if any("not reached" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
