"""Finds by samples where a run spends its processor time. py-spy is for Python processes, perf for other programs.

The times in which a process waits are not counted. Samples cost a little time, so shares count, not seconds.
"""

import collections
import subprocess
import sys
from pathlib import Path

from processes import cut_off

RATE_HZ = 250
# The steps of a run, each with the frames that show it. A stack counts for the first step that has one of its frames.
STEPS = (
    ("loading pytest", ("_load_pytest (", "_load_for_workers (")),
    ("pytest's configuration", ("_prepareconfig (",)),
    ("rewriting assertions", ("_rewrite_test (",)),
    ("importing test modules and conftests", ("importtestmodule (", "_importconftest (", "importconftest (")),
    ("finding files and making tests", ("pytest_collection (", "genitems (", "perform_collect (")),
    ("running tests", ("pytest_runtestloop (",)),
    ("the session's end", ("_main (fastest_runner", "_say_end (", "_ensure_unconfigure (", "pytest_sessionfinish (")),
)
# A Python that starts the runs, since py-spy needs a Python to begin with.
_START = "import subprocess, sys; [subprocess.call(sys.argv[2:]) for _ in range(int(sys.argv[1]))]"
_OURS = ("_pytest/", "pluggy/", "fastest_runner/")


def shares(raw):
    """The shares of all steps, and of all functions, as parts of 1, largest first. `raw` has py-spy's format "raw"."""
    steps, functions = collections.Counter(), collections.Counter()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [frame for frame in stack.split(";") if not frame.startswith("process ")]
        if not frames or not count.isdigit() or frames[0].startswith("<module> (<string>:"):
            continue
        steps[_step_of(frames)] += int(count)
        functions[frames[-1].rpartition(":")[0] + ")"] += int(count)
    total = sum(steps.values())
    return tuple([(name, count / total) for name, count in counter.most_common()] for counter in (steps, functions))


def _step_of(frames):
    for name, marks in STEPS:
        if any(mark in frame for frame in frames for mark in marks):
            if name == "running tests" and not any(place in frames[-1] for place in _OURS):
                return "running tests: their own code, and Python's"
            return name
    return "the rest of Python's start and end"


def of_python(python, times, command, folder, environment, work, limit_s):
    """The shares() of so many runs with all their processes. `python` is an interpreter with py-spy beside it."""
    samples = work / "samples"
    spy = [str(Path(python).with_name("py-spy")), "record", "--format", "raw", "--rate", str(RATE_HZ), "--subprocesses"]
    said = "it does not end"
    # py-spy stops a process to look at it, and sometimes never lets go of a process that ends meanwhile. Without
    # stopping, py-spy misses samples, most of all during quick changes.
    for gently in ([], ["--nonblocking"]):
        run = subprocess.Popen(
            [*spy, *gently, "--output", str(samples), "--", python, "-S", "-c", _START, str(times), *command],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            _, said = run.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            cut_off(run, environment)
            run.communicate()
            continue
        if samples.exists():
            raw = samples.read_text()
            samples.unlink()
            return shares(raw)
    sys.exit(f"bench: py-spy could not look at {command[0]}: {said[-500:]}")


def of_program(command, folder, environment, work):
    """The shares of functions in a run without Python, as in shares()."""
    data = work / "perf.data"
    # The runs are fast, so several are needed for enough samples.
    script = 'for i in 1 2 3 4 5 6 7 8 9 10; do "$@" >/dev/null; done'
    record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "5000", "-o", str(data), "--"]
    subprocess.run([*record, "bash", "-c", script, "bash", *command], cwd=folder, env=environment, check=True)
    text = subprocess.run(
        ["perf", "script", "-i", str(data), "--comm", Path(command[0]).name[:15], "-F", "ip,sym,dso"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    data.unlink()
    return functions_in(text)


def functions_in(text):
    """The shares of functions in the output of `perf script -F ip,sym,dso`. A line is "ffff… name (file)"."""
    counter = collections.Counter()
    for line in text.splitlines():
        words = line.split(None, 1)
        if len(words) == 2:
            name, _, place = words[1].rpartition(" (")
            in_kernel = place.startswith("[kernel")
            counter["the kernel" if in_kernel else name.partition("(")[0]] += 1
    total = sum(counter.values())
    return [(name, count / total) for name, count in counter.most_common()]
