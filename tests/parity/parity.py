"""Runs a project under genuine pytest and under Fastest, and compares the verdicts.

As a program:

    python tests/parity/parity.py DIR [--python P] [--way W]... [--runs R] [--collect-only] [-- PYTEST ARGUMENT...]

As a module:

- run_pytest() and run_fastest() each give a Run.
- differences() says in plain lines where two Runs differ.
- compare_project() compares every WAY of running Fastest with pytest.

Each side works on its own copy of the project, so no caches or files of one reach the other.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# A longer run counts as hanging. The limit is generous, because it only bounds the wait.
LIMIT_S = 600

_COUNTS = re.compile(
    r"^(?:=+ )?((?:\d+ [\w -]+(?:, )?)+|no tests (?:ran|collected.*)) in [\d.]+s(?: \([\d:]+\))?(?: =+)?$"
)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
# The rest of an address that pytest has cut, and the id that pprint shows of a value that holds itself.
_CUT_ADDRESS = re.compile(r"(?<=\.\.\.)[0-9a-f]{6,}(?=>)|(?<= with id=)\d+")
# The times of a call, among the locals of pytest's own frames.
_INSTANT = re.compile(r"Instant\([^()]*\)")
# The same times in older versions of pytest.
_CALL_TIMES = re.compile(r"^( *(?:duration|precise_start|precise_stop|start|stop) += )[\d.e-]+$", re.MULTILINE)
# The duration of a run inside a test. Tests of pytest and of plugins show it when they fail.
_INNER_TIME = re.compile(r"(?<= in )\d+\.\d\ds(?= =)|(?<=\bduration=)\d+\.\d\ds(?=>)")
# The rest of a path that was cut within a name.
_CUT_PATH = re.compile(r"(?<=\.\.\.)[\w-]{1,8}(?=/)")
# The line that pytest-xdist puts before each failure.
_WORKER = re.compile(r"^\[gw\d+\] \w+ -- Python .*\n\n?", re.M)
_TMP_PATH = re.compile(r"/[^\s'\"]*pytest-of-[^/]+/pytest-\d+(/popen-gw\d+)?")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Run:
    """The verdict of a run. `outcomes` maps a node id to the outcomes of all tests that share the id."""

    exit_code: int
    outcomes: dict = field(default_factory=dict)
    # Node ids in the order in which the tests ended.
    order: list = field(default_factory=list)
    # Maps the node id of a collector to "failed" or "skipped".
    collect: dict = field(default_factory=dict)
    # The last line without the time: "1 failed, 2 passed, 1 warning".
    counts: str = ""
    # Lines of the short test summary, sorted.
    summary: list = field(default_factory=list)
    # Maps (node id, index) to the failure's text, in a form that can be compared.
    texts: dict = field(default_factory=dict)
    # Counts the test cases of the JUnit report by (class name, name, outcome). None without a report.
    junit: Counter = None
    # How many tests each engine ran.
    engines: Counter = field(default_factory=Counter)
    stdout: str = ""
    stderr: str = ""


def coordinator_path():
    """The coordinator under test: FASTEST_COORDINATOR, or what Bazel built here."""
    return Path(os.environ.get("FASTEST_COORDINATOR") or ROOT / "bazel-bin/coordinator/fastest-coordinator")


def copy_project(project, destination):
    """Copies a project without the files that earlier runs left in it."""
    ignore = shutil.ignore_patterns("__pycache__", "expected.json", "*.pyc")
    return Path(shutil.copytree(project, destination, symlinks=True, ignore=ignore))


def clean_environment(extra=None):
    """The environment for both sides, without variables of an outer pytest run or for the width or colour of text."""
    drop = (
        "CI",
        "BUILD_NUMBER",
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "FORCE_COLOR",
        "PY_COLORS",
        "PYTHONPATH",
        "PYTHONWARNINGS",
    )
    # The names are read first. Tests call this in threads, while pytest sets and removes one of its variables.
    names = [name for name in os.environ if not name.startswith(("PYTEST_", "FASTEST_")) and name not in drop]
    environment = {name: os.environ[name] for name in names}
    environment.update({"COLUMNS": "100", "TERM": "dumb"}, **(extra or {}))
    return environment


def _execute(command, cwd, env):
    process = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT_S,
    )
    return (
        process.returncode,
        process.stdout.decode("utf-8", "surrogateescape"),
        process.stderr.decode("utf-8", "replace"),
    )


def _counts(stdout):
    for line in reversed(stdout.splitlines()):
        match = _COUNTS.match(_ESCAPES.sub("", line.strip()))
        if match:
            return match.group(1)
    return ""


def _summary(stdout, projects):
    lines, inside = [], False
    for line in stdout.splitlines():
        if re.match(r"^=+ short test summary info =+$", line):
            inside = True
        elif inside and re.match(r"^([=!].*[=!]|\d+ .* in [\d.]+s.*)$", line):
            break
        elif inside:
            lines.append(comparable(line, *projects))
    return sorted(lines)


def comparable(text, *projects):
    """A failure's text without parts that differ from run to run: addresses, temporary folders, paths of the copies."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    for project in projects:
        text = text.replace(os.path.realpath(project), "PROJECT").replace(str(project), "PROJECT")
    text = _CUT_ADDRESS.sub("ADDRESS", _INSTANT.sub("INSTANT", _ESCAPES.sub("", text)))
    text = _INNER_TIME.sub("TIME", text)
    text = _CUT_PATH.sub("", _WORKER.sub("", _CALL_TIMES.sub(r"\1TIME", text)))
    return _ADDRESS.sub("0xADDRESS", _TMP_PATH.sub("TMP", text)).strip()


def _temporary_root(work):
    """A place for a run's temporary folders. pytest warns if sessions that end together clean up in the same place."""
    root = Path(work) / "tmp"
    root.mkdir()
    return str(root)


def _junit_cases(path):
    """The class name, name and outcome of each test case in a JUnit report. Times and texts vary."""
    cases = Counter()
    for case in ElementTree.parse(path).iter("testcase") if path.exists() else ():
        children = sorted(child.tag for child in case)
        cases[comparable(case.get("classname")), comparable(case.get("name")), " ".join(children)] += 1
    return cases


def run_pytest(project, args=(), python=sys.executable, env=None, cwd=".", junit=False):
    """Runs genuine pytest on the copy `project` from its folder `cwd`. With `junit` it also makes a JUnit report."""
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        record = Path(work) / "record"
        junit_xml = Path(work) / "junit.xml"
        command = [python, HERE / "recorder.py", record, *([f"--junitxml={junit_xml}"] if junit else []), *args]
        environment = clean_environment({"PYTEST_DEBUG_TEMPROOT": _temporary_root(work), **(env or {})})
        exit_code, stdout, stderr = _execute(command, Path(project) / cwd, environment)
        lines = [ast.literal_eval(line) for line in record.read_text("ascii").splitlines()] if record.exists() else []
        cases = _junit_cases(junit_xml) if junit else None
    run = read_record(exit_code, stdout, stderr, lines, project)
    run.junit = cases
    return run


def read_record(exit_code, stdout, stderr, lines, project):
    """Reads the Run from the lines of recorder.py. The tests ran in the folder `project`."""
    run = Run(exit_code, counts=_counts(stdout), summary=_summary(stdout, [project]), stdout=stdout, stderr=stderr)
    _fold(lines, run, project)
    return run


def _fold(lines, run, project):
    """Sums up a recorder's lines. Each test gets exactly one outcome, by the same rule as Fastest's results."""
    begun = defaultdict(int)
    outcome, texts = {}, defaultdict(list)
    for kind, nodeid, *rest in lines:
        if kind == "start":
            begun[nodeid] += 1
        elif kind == "collect":
            run.collect[nodeid] = rest[0]
        else:
            key = (nodeid, max(begun[nodeid], 1) - 1)
            when, word, xfail, subtest, text = rest
            before = outcome.get(key)
            outcome[key] = _stronger(before, _outcome(when, word, xfail, subtest))
            if text:
                texts[key].append(comparable(text, project))
    for (nodeid, _), word in outcome.items():
        # A test has no outcome if the run ended during the test.
        if word is not None:
            run.outcomes.setdefault(nodeid, []).append(word)
            run.order.append(nodeid)
    run.texts = dict(texts)


def _outcome(when, word, xfail, subtest):
    if word == "failed":
        return "failed" if when == "call" else "error"
    if subtest is not None or word not in ("passed", "skipped"):
        return None
    if word == "skipped":
        return "xfailed" if xfail else "skipped"
    if when != "call":
        return None
    return "xpassed" if xfail else "passed"


def _stronger(one, other):
    rank = (None, "passed", "xpassed", "xfailed", "skipped", "error", "failed")
    return max(one, other, key=rank.index)


def run_fastest(project, args=(), python=sys.executable, slots=1, env=None, cwd=".", coordinator=None, junit=False):
    """Runs Fastest on the copy `project` from its folder `cwd` with `slots` worker slots. `junit` is as above."""
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        report = Path(work) / "report.jsonl"
        junit_xml = Path(work) / "junit.xml"
        environment = clean_environment(
            {
                "XDG_CACHE_HOME": str(Path(work) / "cache"),
                "PYTEST_DEBUG_TEMPROOT": _temporary_root(work),
                **(env or {}),
            }
        )
        command = [
            coordinator or coordinator_path(),
            "-n",
            str(slots),
            "--python",
            python,
            "--report-json",
            report,
            *([f"--junitxml={junit_xml}"] if junit else []),
            *args,
        ]
        exit_code, stdout, stderr = _execute(command, Path(project) / cwd, environment)
        run = read_run(exit_code, stdout, stderr, report, [project])
        run.junit = _junit_cases(junit_xml) if junit else None
        return run


def read_run(exit_code, stdout, stderr, report, projects):
    """Reads the Run from what Fastest wrote. The tests ran in the folders `projects`."""
    run = Run(exit_code, counts=_counts(stdout), summary=_summary(stdout, projects), stdout=stdout, stderr=stderr)
    for event in read_events(report):
        if event["type"] == "result":
            nodeid = event["nodeid"]
            run.outcomes.setdefault(nodeid, {})[event.get("index", 0)] = event["outcome"]
            run.order.append(nodeid)
            run.engines[event.get("engine")] += 1
            if event.get("longrepr"):
                run.texts[nodeid, event.get("index", 0)] = [comparable(event["longrepr"], *projects)]
        elif event["type"] in ("collect_error", "collect_skip"):
            run.collect[event["nodeid"]] = "failed" if event["type"] == "collect_error" else "skipped"
    run.outcomes = {nodeid: [word for _, word in sorted(by_index.items())] for nodeid, by_index in run.outcomes.items()}
    return run


def read_events(path, growing=False):
    """The events of a --report-json file, or none if there is no file. If `growing`, half a last line is left out."""
    if not Path(path).exists():
        return []
    data = Path(path).read_bytes()
    if growing:
        data = data[: data.rfind(b"\n") + 1]
    # Only newlines end a line. A text may hold other characters that Unicode counts as line ends.
    return [json.loads(line) for line in data.split(b"\n") if line]


def differences(expected, actual, *, ordered=False, texts=True):
    """Says where `actual` (Fastest) differs from `expected` (pytest), one line each. Empty if they are equal."""
    found = []
    if expected.exit_code != actual.exit_code:
        found.append(f"exit code: pytest {expected.exit_code}, fastest {actual.exit_code}")
    found += _unlike("test", expected.outcomes, actual.outcomes)
    found += _unlike("collector", expected.collect, actual.collect)
    # After a usage or internal error pytest's line of counts says nothing that could be compared.
    broke = expected.exit_code in (3, 4)
    if expected.counts != actual.counts and not broke:
        found.append(f"counts: pytest '{expected.counts}', fastest '{actual.counts}'")
    if ordered and expected.outcomes == actual.outcomes and expected.order != actual.order:
        at = next(i for i, (a, b) in enumerate(zip(expected.order, actual.order)) if a != b)
        found.append(f"order: the test at place {at} is {expected.order[at]} in pytest, {actual.order[at]} in fastest")
    if expected.summary != actual.summary:
        missing = [line for line in expected.summary if line not in actual.summary]
        extra = [line for line in actual.summary if line not in expected.summary]
        found += [f"summary line only in pytest: {line}" for line in missing]
        found += [f"summary line only in fastest: {line}" for line in extra]
    if expected.junit is not None and actual.junit is not None:
        found += [f"JUnit case only in pytest: {case}" for case in expected.junit - actual.junit]
        found += [f"JUnit case only in fastest: {case}" for case in actual.junit - expected.junit]
    for key in unlike_texts(expected, actual) if texts else ():
        said, says = expected.texts[key][0], actual.texts[key][0]
        found.append(f"text of {key[0]}: pytest says\n{said}\nfastest says\n{says}")
    return found


def unlike_texts(expected, actual):
    """The tests, as (node id, index), of whose failure or skip pytest says another thing."""
    return [
        key for key, words in actual.texts.items() if expected.texts.get(key) and words[0] not in expected.texts[key]
    ]


def _unlike(what, expected, actual):
    found = []
    for nodeid in expected.keys() | actual.keys():
        before, after = expected.get(nodeid, "nothing"), actual.get(nodeid, "nothing")
        if before != after:
            found.append(f"{what} {nodeid}: pytest {_words(before)}, fastest {_words(after)}")
    return sorted(found)


def _words(outcomes):
    return outcomes if isinstance(outcomes, str) else " ".join(outcomes)


def flaky_tests(first, second):
    """The node ids whose outcomes differ between two runs of pytest."""
    unlike = {nodeid for nodeid in first.outcomes if first.outcomes[nodeid] != second.outcomes.get(nodeid)}
    return unlike | (second.outcomes.keys() - first.outcomes.keys())


def leave_out(flaky, *runs):
    """Leaves flaky tests out of the comparison, and with them the sums over all tests.

    An id with a time or an address differs in every run. So all tests that differ only in parameters are left out.
    """
    if not flaky:
        return
    bases = {nodeid.partition("[")[0] for nodeid in flaky if "[" in nodeid}

    def is_out(nodeid):
        return nodeid in flaky or ("[" in nodeid and nodeid.partition("[")[0] in bases)

    for run in runs:
        run.order = [nodeid for nodeid in run.order if not is_out(nodeid)]
        run.summary = [line for line in run.summary if not any(i in line for i in run.outcomes if is_out(i))]
        run.outcomes = {nodeid: words for nodeid, words in run.outcomes.items() if not is_out(nodeid)}
        run.texts = {key: words for key, words in run.texts.items() if not is_out(key[0])}
        run.counts = ""
        run.junit = None


def collect_only(project, args=(), python=sys.executable, coordinator=None):
    """The lines that `--collect-only -q` prints under pytest and under Fastest, without times."""
    answers = []
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        environment = clean_environment({"XDG_CACHE_HOME": str(Path(work) / "cache")})
        for command in (
            [python, HERE / "recorder.py", Path(work) / "record"],
            [coordinator or coordinator_path(), "--python", python],
        ):
            exit_code, stdout, _ = _execute([*command, "--collect-only", "-q", *args], project, environment)
            lines = re.sub(r" in [\d.]+s( \([\d:]+\))?", " in TIME", stdout).splitlines()
            answers.append([f"exit code {exit_code}", *(comparable(line, project) for line in lines)])
    return answers


# Otherwise projects that parametrize over sets have different ids in each process.
_SEED = {"PYTHONHASHSEED": "0"}


@dataclass
class Way:
    """A way of running Fastest."""

    slots: int = 2
    args: tuple = ()
    # Whether two listening agents with one slot each run the tests.
    agents: bool = False


WAYS = {
    "one": Way(slots=1),
    "two": Way(slots=2),
    "agents": Way(agents=True),
    "pytest-engine": Way(args=("--engine", "pytest")),
    "native": Way(args=("--engine", "native")),
}


@contextmanager
def agents_listening(project, python, count=2):
    """Starts agents with one slot each, on loopback, in the copy `project`. Gives their addresses."""
    program = coordinator_path().resolve().parent.parent / "agent/fastest-agent"
    with tempfile.TemporaryDirectory(prefix="parity-agents-") as work:
        environment = clean_environment({"PYTEST_DEBUG_TEMPROOT": _temporary_root(work), **_SEED})
        processes, files = [], []
        try:
            for number in range(count):
                files.append(Path(work) / f"address-{number}")
                command = [program, "--listen", "127.0.0.1:0", "--port-file", files[-1], "--slots", "1"]
                command += ["--workdir", project, "--python", python]
                quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                processes.append(subprocess.Popen([str(word) for word in command], env=environment, **quiet))
            yield [address_from(file, process) for file, process in zip(files, processes)]
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=60)


def address_from(file, process):
    deadline = time.monotonic() + 60
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"an agent did not start: exit code {process.poll()}")
        time.sleep(0.02)
    return file.read_text("utf-8").strip()


def rootdir_of(run, project):
    """The rootdir that pytest shows, as a path relative to the project that pytest ran in."""
    shown = re.search(r"^rootdir: (.+)$", run.stdout, re.M)
    return os.path.relpath(shown[1], os.path.realpath(project)) if shown else "."


def run_way(way, project, args, python, rootdir="."):
    if not way.agents:
        return run_fastest(project, [*way.args, *args], python, way.slots, env=_SEED, junit=True)
    # An agent's --workdir is the counterpart of the rootdir.
    with agents_listening(Path(project) / rootdir, python) as addresses:
        words = ["--agents", ",".join(addresses), *way.args, *args]
        return run_fastest(project, words, python, way.slots, env=_SEED, junit=True)


@dataclass
class Comparison:
    """pytest's verdict on a project, and the runs of Fastest, each with its way and its differences."""

    expected: Run
    flaky: set
    # Node ids of tests of which pytest said different things. What Fastest says of them is one of these things.
    varying: set = field(default_factory=set)
    # (name of a way, Run, differences), in the order of the runs.
    runs: list = field(default_factory=list)


def compare_project(project, args=(), python=sys.executable, ways=("one", "two"), runs=1, tell=lambda comparison: None):
    """Compares a whole project. pytest runs twice, which shows its flaky tests, and Fastest `runs` times in each way.

    Calls `tell` with the Comparison so far, after pytest's runs and after each run of Fastest.
    """
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        reference = copy_project(project, Path(work) / "pytest" / project.name)
        ours = copy_project(project, Path(work) / "fastest" / project.name)
        expected = run_pytest(reference, args, python, env=_SEED, junit=True)
        forget_bytecode(reference)
        again = run_pytest(reference, args, python, env=_SEED, junit=True)
        comparison = Comparison(expected, flaky_tests(expected, again))
        rootdir = rootdir_of(expected, reference)
        leave_out(comparison.flaky, expected, again)
        # Test cases whose names differ from run to run cannot be compared.
        if expected.junit != again.junit:
            expected.junit = None
        tell(comparison)
        for name in ways:
            for _ in range(runs):
                forget_bytecode(ours)
                actual = run_way(WAYS[name], ours, args, python, rootdir)
                leave_out(comparison.flaky, actual)
                comparison.varying |= ask_again(reference, args, python, expected, actual, rootdir)
                leave_out_summary(comparison.varying, expected, actual)
                ordered = WAYS[name].slots == 1 and expected.order == again.order
                comparison.runs.append((name, actual, differences(expected, actual, ordered=ordered)))
                tell(comparison)
        return comparison


def ask_again(project, args, python, expected, actual, rootdir="."):
    """Runs pytest again on the files of tests of which `actual` says another thing than pytest did.

    A text that is made from a set of objects varies with their addresses. So what pytest says in further runs joins the
    texts of `expected`, until pytest has said all that `actual` says, or nothing new in four runs. Twelve runs are the
    limit, since a text may be another one in every run. Returns the node ids of tests of which pytest said different
    things.
    """
    options = [word for word in args if word.startswith("-")]
    varying, without_news = set(), 0
    for _ in range(12):
        unlike = unlike_texts(expected, actual)
        if not unlike or without_news == 4:
            break
        files = sorted({os.path.join(rootdir, nodeid.partition("::")[0]) for nodeid, _ in unlike})
        forget_bytecode(project)
        again = run_pytest(project, [*options, *files], python, env=_SEED)
        news = {key: said for key in unlike if (said := again.texts.get(key)) and said[0] not in expected.texts[key]}
        for key, said in news.items():
            expected.texts[key] += said
        varying |= {nodeid for nodeid, _ in news}
        without_news = 0 if news else without_news + 1
    return varying


def leave_out_summary(nodeids, *runs):
    """Leaves out lines of the short test summary that name these tests."""
    for run in runs if nodeids else ():
        run.summary = [line for line in run.summary if not any(nodeid in line for nodeid in nodeids)]


def forget_bytecode(project):
    """Removes compiled code. A module's warnings are shown only when Python compiles the module."""
    for folder in list(project.rglob("__pycache__")):
        shutil.rmtree(folder)


def print_last(comparison):
    """Prints the result of the latest run."""
    if not comparison.runs:
        expected = comparison.expected
        print(f"pytest: exit code {expected.exit_code}, {expected.counts}, {len(comparison.flaky)} flaky", flush=True)
        return
    name, actual, found = comparison.runs[-1]
    problems = f": {len(found)} differences" if found else ""
    print(f"fastest, {name}: exit code {actual.exit_code}, {actual.counts}{problems}", flush=True)
    for line in found:
        print(f"  {line}", flush=True)


def main():
    global LIMIT_S
    own, _, pytest_args = _split(sys.argv[1:])
    parser = argparse.ArgumentParser(description="Compares Fastest's verdict on a project with pytest's.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--python", default=sys.executable, help="interpreter of the project's environment")
    parser.add_argument(
        "--way", choices=WAYS, action="append", help="how Fastest runs; can be given several times (default: one, two)"
    )
    parser.add_argument("--runs", type=int, default=1, help="runs of Fastest in each way")
    parser.add_argument("--collect-only", action="store_true", help="compare what --collect-only -q prints")
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="S", help="seconds for one run (default: 600)")
    options = parser.parse_args(own)
    LIMIT_S = options.limit
    project = options.project.resolve()
    if not options.collect_only:
        comparison = compare_project(
            project, pytest_args, options.python, options.way or ("one", "two"), options.runs, print_last
        )
        return 1 if any(found for _, _, found in comparison.runs) else 0
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        expected, actual = collect_only(copy_project(project, Path(work) / project.name), pytest_args, options.python)
    found = [f"line {i}: pytest {a!r}, fastest {b!r}" for i, (a, b) in enumerate(zip(expected, actual)) if a != b]
    if len(expected) != len(actual):
        found.append(f"pytest prints {len(expected)} lines, fastest {len(actual)}")
    print(f"--collect-only -q: {len(expected)} lines, {len(found)} differences")
    for line in found:
        print(f"  {line}")
    return 1 if found else 0


def _split(words):
    cut = words.index("--") if "--" in words else len(words)
    return words[:cut], "--", words[cut + 1 :]


if __name__ == "__main__":
    sys.exit(main())
