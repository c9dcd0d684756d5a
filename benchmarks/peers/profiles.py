"""Where the processor time of a run goes, by samples: py-spy for its Python processes, perf for what has no Python.

What a process waits for is not in it. Samples cost a little time of their own: shares count, not seconds.
"""

import collections
import subprocess
import sys
from pathlib import Path

from processes import cut_off

RATE_HZ = 250
# In the order in which they are asked: what a stack is put down to, and frames of it that say so.
STEPS = (
    ("loading pytest", ("_load_pytest (", "_load_for_workers (")),
    ("pytest's configuration", ("_prepareconfig (",)),
    ("rewriting assertions", ("_rewrite_test (",)),
    ("importing test modules and conftests", ("importtestmodule (", "_importconftest (", "importconftest (")),
    ("finding files and making tests", ("pytest_collection (", "genitems (", "perform_collect (")),
    ("running tests", ("pytest_runtestloop (",)),
    ("the session's end", ("_main (fastest_runner", "_say_end (", "_ensure_unconfigure (", "pytest_sessionfinish (")),
)
# What starts the runs that are looked at: py-spy wants a Python to begin with.
_START = "import subprocess, sys; [subprocess.call(sys.argv[2:]) for _ in range(int(sys.argv[1]))]"
_OURS = ("_pytest/", "pluggy/", "fastest_runner/")


def shares(raw):
    """By step, and by function within all of them: parts of 1, the largest first. `raw`: py-spy's "raw" format."""
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
    """Of so many runs with all processes that they start: see shares(). `python`: it has py-spy beside it."""
    samples = work / "samples"
    spy = [str(Path(python).with_name("py-spy")), "record", "--format", "raw", "--rate", str(RATE_HZ), "--subprocesses"]
    said = "it does not end"
    # It stops a process to look at it, and now and then does not let go of one that ends meanwhile. Not to stop it
    # costs samples, those of quick changes first.
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
    """Of a run without Python, by function, as shares() has them."""
    data = work / "perf.data"
    # Fast runs: several, for enough samples.
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
    """By function, of what `perf script -F ip,sym,dso` writes: "ffff… name (file)"."""
    counter = collections.Counter()
    for line in text.splitlines():
        words = line.split(None, 1)
        if len(words) == 2:
            name, _, place = words[1].rpartition(" (")
            in_kernel = place.startswith("[kernel")
            counter["the kernel" if in_kernel else name.partition("(")[0]] += 1
    total = sum(counter.values())
    return [(name, count / total) for name, count in counter.most_common()]
