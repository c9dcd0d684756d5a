"""Measures Fastest, pytest and other runners on the same suites: `tools/bench peers`.

- In each round every program runs once, as a whole process. The order turns from round to round.
- A figure is the median of the rounds' ratios "pytest's wall time / the program's wall time".
- Before the rounds each program runs once. That fills its caches (also pytest's .pyc files), and gives its summary and
  its peak memory.
- Programs without a summary, or with less work, are measured too. The column "right" says how many of pytest's outcomes
  (or ids) they can have at most.
- --write keeps the results of a case in benchmarks/peers/results, and makes docs/benchmarks.md and its picture from all
  results there. So cases can be measured one after another, each at its own commit.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "benchmarks/peers/results"
sys.path[:0] = [str(ROOT / "benchmarks/suites"), str(ROOT / "tests/parity")]

import kept  # noqa: E402
import parity  # noqa: E402
import profiles  # noqa: E402
import projects  # noqa: E402
import report  # noqa: E402
from aims import XDIST, Aim, Memory, times_as_fast  # noqa: E402
from peers import PEERS, ids_in, outcomes_in, right_ids, right_outcomes  # noqa: E402
from processes import cut_off  # noqa: E402
from projects import ask  # noqa: E402

# A run is cut off after this many times pytest's own time plus these seconds.
PATIENCE = 5
PATIENCE_S = 20

# The place for temporary files of tests. A disk takes now microseconds and now milliseconds for a file.
IN_MEMORY = "/dev/shm"


class Case(NamedTuple):
    name: str
    # A suite of benchmarks/suites with its options, or a public one of tools/suites.
    suite: str
    options: dict = {}
    collect: bool = False
    # The most rounds of a long case, and the programs that are left out because they would take most of its time.
    rounds: int = 100
    left_out: tuple = ()
    # See aims.
    aims: tuple = ()


WARM, DISCOVER = "Fastest --warm", "Fastest, its cache empty"

CASES = (
    Case("list 525 tests", "plain", {"files": 21, "tests": 525}, collect=True),
    Case(
        "list 10,000 tests",
        "plain",
        {"files": 200, "tests": 10000},
        collect=True,
        aims=(Aim(DISCOVER, 30), Aim("Fastest", 100), Aim("Fastest", 1, "rtest")),
    ),
    Case(
        "100 tests",
        "plain",
        {"files": 5, "tests": 100},
        aims=(Aim("Fastest", 1.5), Aim(WARM, 6), Aim(WARM, 1, "karva"), Aim(WARM, 1, "rustest")),
    ),
    Case(
        "10,000 tests",
        "plain",
        {"files": 200, "tests": 10000},
        aims=(Aim("Fastest", 6), Aim(WARM, 12), Aim(WARM, 1, "rustest"), Memory("Fastest", "xdist --dist load")),
    ),
    Case(
        "1,200 mixed tests",
        "mixed",
        {"files": 24, "tests": 1200},
        aims=(Aim("Fastest", 2.5), Aim(WARM, 5), Aim(WARM, 1, "karva")),
    ),
    Case(
        "60,000 parameters",
        "parametrized",
        {"files": 60, "tests": 60000},
        rounds=3,
        left_out=("xdist --dist worksteal", "xdist --dist loadfile", "pytest-zygote", "oxytest", "rtest"),
        aims=(Aim("Fastest", 10),),
    ),
    Case(
        "5,000 tests with coverage, a time limit, --runslow",
        "everyday",
        {"files": 50, "tests": 5000},
        aims=(Aim("Fastest", 2), Aim("Fastest", 1.5, XDIST)),
    ),
    Case("itsdangerous", "itsdangerous", aims=(Aim("Fastest", 1.8), Aim(WARM, 3), Aim("Fastest", 2, XDIST))),
    Case("click", "click", left_out=("oxytest",), aims=(Aim("Fastest", 2.5), Aim("Fastest", 2, XDIST))),
    Case("attrs", "attrs", aims=(Aim("Fastest", 1.8), Aim("Fastest", 1.2, XDIST))),
    Case("more-itertools", "more-itertools", aims=(Aim("Fastest", 1.8), Aim("Fastest", 1.2, XDIST))),
    Case("networkx", "networkx", aims=(Aim("Fastest", 1.8), Aim("Fastest", 1.2, XDIST))),
)


class Side(NamedTuple):
    peer: object
    command: list
    environment: dict


class Result(NamedTuple):
    """One program on one suite. `seconds` has the time of each round, or None for a round that was cut off."""

    name: str
    seconds: list
    ratios: list
    peak_mib: float
    right: int
    total: int


def site_packages(python):
    return ask(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")[0]


def side_of(peer, case, python, args, cache, temporary):
    """The call of `peer` for the case. None if `peer` cannot do the case."""
    words = peer.collect if case.collect else peer.run
    if not words or (peer.suites and case.suite not in peer.suites) or peer.name in case.left_out:
        return None
    environment = parity.clean_environment({"XDG_CACHE_HOME": str(cache), "TMPDIR": str(temporary)})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    places = {"python": python, "fastest": parity.coordinator_path(), "bin": ""}
    if peer.environment:
        own = Path(ask("tools/setup", "--python", peer.environment)[0])
        places["bin"] = str(own.parent)
        environment.update({"VIRTUAL_ENV": str(own.parents[1]), "PATH": f"{own.parent}:{environment['PATH']}"})
        if projects.needs_more(case.suite):
            # The packages that the suite's tests need beside pytest.
            environment["PYTHONPATH"] = site_packages(python)
    return Side(peer, [word.format(**places) for word in words] + args, environment)


def run(side, folder, limit_s, output=subprocess.DEVNULL):
    """Runs the program once. Returns the wall time, or None for a run that was cut off."""
    begin = time.monotonic()
    process = subprocess.Popen(
        side.command,
        cwd=folder,
        env=side.environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not subprocess.DEVNULL else output,
        start_new_session=True,
    )
    # Popen.wait with a limit would look only every 50 ms.
    cut = threading.Timer(limit_s, cut_off, (process, side.environment))
    cut.start()
    process.wait()
    took = time.monotonic() - begin
    cut.cancel()
    return took if took < limit_s else None


def memory_of(session):
    """The MiB of a session's processes and of their children. Each shared page counts once (PSS)."""
    children, wanted = {}, set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        if int(fields[3]) == session:
            wanted.add(int(entry.name))
    todo = list(wanted)
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in wanted:
                wanted.add(child)
                todo.append(child)
    total = 0
    for pid in wanted:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024


def first_run(side, folder, limit_s):
    """The program's output, its peak memory, and whether it ended by itself."""
    peak = 0.0
    end = time.monotonic() + limit_s
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            side.command,
            cwd=folder,
            env=side.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        cut = threading.Timer(limit_s, cut_off, (process, side.environment))
        cut.start()
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            time.sleep(0.02)
        cut.cancel()
        output.seek(0)
        return output.read().decode("utf-8", "replace"), peak, time.monotonic() < end


def stages(side, folder, work):
    """Where a run of Fastest spends its time, as the run reports it: seconds by name, medians of three runs."""
    events = work / "events.jsonl"
    told = []
    for _ in range(3):
        subprocess.run(
            [*side.command, f"--report-json={events}"], cwd=folder, env=side.environment, stdout=subprocess.DEVNULL
        )
        told.append(json.loads(events.read_text().splitlines()[-1])["timing"])
    begin, tests, total = (statistics.median(t[key] for t in told) for key in ("before_s", "tests_s", "total_s"))
    return {"until a worker is ready": begin, "tests": tests, "the end": max(0.0, total - begin - tests)}


# The suite whose tests do next to nothing, and the size of a large one.
PLAIN = "plain"
ENOUGH_TESTS = 1000


def worker_us(side, folder, work):
    """Microseconds from one test's start to the next one's in a worker, in the least disturbed file of three runs."""
    events = work / "events.jsonl"
    least = []
    for _ in range(3):
        subprocess.run(
            [*side.command, "-n", "1", f"--report-json={events}"],
            cwd=folder,
            env=side.environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        begins = {}
        for line in map(json.loads, events.read_text().splitlines()):
            if line["type"] == "result":
                begins.setdefault(line["nodeid"].partition("::")[0], []).append(line["started_at"])
        least += [(max(times) - min(times)) / (len(times) - 1) for times in begins.values()]
    return 1e6 * min(least)


# A shorter run is repeated for its profile.
ENOUGH_S = 3


def profile(side, seconds, case, folder, work):
    """The shares of the processor time by step and by function (see profiles). A run takes `seconds`."""
    if case.collect:
        return [], profiles.of_program(side.command, folder, side.environment, work)
    python = ask("tools/setup", "--python", "profile")[0]
    times = max(1, round(ENOUGH_S / seconds))
    limit_s = PATIENCE_S + 2 * PATIENCE * times * seconds
    return profiles.of_python(python, times, side.command, folder, side.environment, work, limit_s)


def measure(case, work, temporary, rounds, names):
    """The results of all programs on one case, pytest's first, and where Fastest's runs spend their time."""
    name = "-".join([case.suite, *(str(value) for value in case.options.values())])
    folder, python, args = projects.make(case.suite, work / name, **case.options)
    cache = work / "cache"
    sides = []
    for peer in PEERS:
        # The cache has a number as its name, since the path of a socket may not be long.
        side = side_of(peer, case, python, args, cache / str(len(sides)), temporary)
        if side is not None and (not names or peer.name == "pytest" or any(name in peer.name for name in names)):
            sides.append(side)
    limit_s = 600.0
    expected, said = None, []
    for side in sides:
        if expected is None:
            run(side, folder, limit_s)
        begin = time.monotonic()
        text, peak, ended = first_run(side, folder, limit_s)
        if expected is None:
            limit_s = PATIENCE_S + PATIENCE * (time.monotonic() - begin)
            expected = ids_in(text) if case.collect else outcomes_in(text)
            if not expected:
                raise SystemExit(f"bench: pytest itself says nothing of {case.name}:\n{text[-2000:]}")
        right = right_ids(text, expected) if case.collect else right_outcomes(outcomes_in(text), expected)
        said.append((peak, right, ended))
    total = len(expected) if case.collect else sum(expected.values())
    seconds = [[] for _ in sides]
    for number in range(min(rounds, case.rounds)):
        for place in range(len(sides)):
            index = (place + number) % len(sides)
            if not said[index][2]:
                # The first run did not end, so this one would not either.
                seconds[index].append(None)
                continue
            if sides[index].peer.cold:
                shutil.rmtree(sides[index].environment["XDG_CACHE_HOME"], ignore_errors=True)
            seconds[index].append(run(sides[index], folder, limit_s))
    where = {"stages": {}, "profile": {}}
    for side, times in zip(sides, seconds, strict=True):
        name = side.peer.name
        if not name.startswith("Fastest"):
            continue
        if not case.collect:
            where["stages"][name] = stages(side, folder, work)
        if "--warm" not in side.command and not side.peer.cold and None not in times:
            if name == "Fastest" and case.suite == PLAIN and case.options["tests"] >= ENOUGH_TESTS and not case.collect:
                where["worker_us"] = worker_us(side, folder, work)
            # A warm run would have the same profile without the loading.
            where["profile"][name] = profile(side, min(times), case, folder, work)
    for side in sides:
        if "--warm" in side.command:
            subprocess.run([side.command[0], "--warm=stop"], cwd=folder, env=side.environment, check=True)
    results = []
    for side, times, (peak, right, _) in zip(sides, seconds, said, strict=True):
        ratios = times_as_fast(times, seconds[0])
        results.append(Result(side.peer.name, times, ratios, peak, right, total))
    return results, where


def file_of(case):
    return KEPT / f"{''.join(c if c.isalnum() else '-' for c in case.name)}.json"


def keep(case, results, where, rounds):
    """Writes the part of a case's results that the page shows, with the machine and the commit."""
    KEPT.mkdir(parents=True, exist_ok=True)
    row = {
        "machine": machine(),
        "commit": ask("git", "rev-parse", "--short", "HEAD")[0],
        "rounds": rounds,
        "left_out": case.left_out,
        **where,
        "results": [result._asdict() for result in results],
    }
    file_of(case).write_text(kept.text_of(kept.trimmed(row)) + "\n")


def kept_results(rows):
    """The results of kept rows. The first row is pytest's, and the ratios are against its seconds."""
    seconds = rows[0]["seconds"]
    return [Result(ratios=times_as_fast(row["seconds"], seconds), **row) for row in rows]


def kept_tables():
    tables = []
    remarks = report.remarks((ROOT / "benchmarks/peers/remarks.md").read_text())
    for case in CASES:
        if file_of(case).exists():
            row = json.loads(file_of(case).read_text())
            results = kept_results(row["results"])
            tables.append(report.Table(case.name, results, row, case.aims, remarks.get(case.name, "")))
    return tables


def page():
    """The text and the picture of all kept results."""
    tables = kept_tables()
    versions = sorted(path.stem for path in (ROOT / "tools/requirements/peers").glob("*.txt"))
    pins = [report.pin(ROOT / f"tools/requirements/peers/{name}.txt", name) for name in versions]
    return report.page(pins, tables), report.picture(tables)


def write_page():
    text, picture = page()
    (ROOT / "docs/benchmarks.md").write_text(text)
    (ROOT / "docs/benchmarks.svg").write_text(picture)


def machine():
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    return f"{os.cpu_count()} cores ({model}), Linux {platform.release()}, Python {platform.python_version()}"


def main():
    parser = argparse.ArgumentParser(description="Measures Fastest, pytest and other runners on the same suites.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="names, or parts of names; default: all")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only programs whose names hold this (and pytest)"
    )
    parser.add_argument("--write", action="store_true", help="keep the results, and make the page and its picture anew")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write is of all programs: leave out --only")
    cases = [case for case in CASES if not options.cases or any(part in case.name for part in options.cases)]
    if not cases:
        parser.error(f"no such case (there are: {', '.join(case.name for case in CASES)})")
    work = Path(tempfile.mkdtemp(prefix="bench-"))
    temporary = Path(tempfile.mkdtemp(prefix="bench-", dir=IN_MEMORY))
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}; {options.rounds} rounds", flush=True)
    wrong = []
    try:
        for case in cases:
            results, where = measure(case, work, temporary, options.rounds, options.only)
            wrong += [case.name for r in results if r.name.startswith("Fastest") and r.right != r.total]
            print(report.text(case.name, results), flush=True)
            if options.write:
                keep(case, results, where, min(options.rounds, case.rounds))
                write_page()
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(temporary, ignore_errors=True)
    for name in wrong:
        print(f"bench: Fastest does not say the same as pytest on {name}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
