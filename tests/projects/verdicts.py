"""The verdicts of pytest, of pytest-xdist and of Fastest on a made-up project, and where they differ.

Ids, outcomes, order, exit codes, counts and texts are read and compared as tests/parity does. This module adds what a
made-up project leaves: the lines that begin with SEEN, the notes in log.txt, and all other files.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "parity"))

import parity  # noqa: E402
from project import ALONE, ROLES, STOPS  # noqa: E402

# A project takes less than two seconds. A longer run counts as hanging.
LIMIT_S = 60
# Kinds of differences between pytest and pytest-xdist in how a run is shown. Fastest may show it as either does.
_SHOWN = {"counts", "summary", "text", "JUnit", "warnings"}
_OF_TESTS = {"exit code", "test"}
# Projects that parametrize over sets have the same ids in each process.
_ENVIRONMENT = {"PYTHONHASHSEED": "0"}

# The environment for tests has Hypothesis, whose plugin takes most of the time of a small run.
OWN_ARGS = ("-p", "no:hypothesispytest")

ONE, TWO, AGENTS = "one", "two", "agents"
WAYS = (ONE, TWO, AGENTS)


@dataclass
class Verdict:
    """A Run as tests/parity has it, and what the project itself left. `run` is None if the time was over."""

    run: parity.Run = None
    seen: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    # Maps the path of each file that the run left or changed to its text.
    files: dict = field(default_factory=dict)
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, order=True)
class Difference:
    """One line of a comparison. `kind` says what differs, without ids and numbers."""

    kind: str
    text: str


_PLACE_IN_SUMMARY = re.compile(r" - file PROJECT/.*, line \d+$")
_CUT_PATH = re.compile(r"/[^ ']*/(?:one|two|agents|pytest|xdist)_*\.\.\.$")
_STATUS_OF_WORKER = re.compile(r"^((?:terminal_summary|sessionfinish)) \d+$")
_LEFT_OUT = ("__pycache__", ".pytest_cache", ".git")


def _files_left(folder, given):
    left = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == "log.txt" or any(part in _LEFT_OUT for part in path.parts):
            continue
        text = path.read_text("utf-8", "backslashreplace")
        if given.get(name) != text:
            left[name] = text
    return left


def _read(folder, given, run):
    # A missing fixture's place stands in the line of pytest-xdist, and not in pytest's.
    run.summary = [_PLACE_IN_SUMMARY.sub("", line) for line in run.summary]
    # A line that was cut within the path of the project.
    run.summary = [_CUT_PATH.sub("PLACE", line) for line in run.summary]
    verdict = Verdict(run, stdout=run.stdout, stderr=run.stderr)

    def comparable(text):
        return parity.comparable(text, folder)

    verdict.seen = [comparable(line) for line in run.stdout.splitlines() if line.startswith("SEEN")]
    # Each worker of pytest-xdist's warns of an unknown mark.
    marks = {line for line in verdict.seen if line.startswith("SEEN Unknown pytest.mark")}
    verdict.seen = [line for line in verdict.seen if line not in marks] + sorted(marks)
    log = folder / "log.txt"
    # Only newlines end a note.
    text = log.read_text("utf-8", "replace").rstrip("\n") if log.exists() else ""
    verdict.notes = [comparable(line) for line in text.split("\n")] if text else []
    verdict.files = {name: comparable(text) for name, text in _files_left(folder, given).items()}
    return verdict


def _kill_group(pid):
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


class Pytest:
    """Genuine pytest for many projects, one after another: forks of one process that has pytest loaded."""

    def __init__(self, python):
        self._process = subprocess.Popen(
            [python, HERE / "pytest_server.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=parity.clean_environment(_ENVIRONMENT),
            text=True,
            start_new_session=True,
        )

    def verdict(self, project, args, work, limit=LIMIT_S):
        """Runs the project in a new folder below `work`."""
        folder, given = _write(project, work)
        names = {name: str(work / name) for name in ("record", "stdout", "stderr")}
        environment = _environment(work)
        run = {
            "cwd": str(folder),
            "args": [*OWN_ARGS, *args, *project.args],
            "env": environment,
            "limit": limit,
            **names,
        }
        self._process.stdin.write(json.dumps(run) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the server of pytest has ended")
        exit_code = json.loads(answer)
        if exit_code is None:
            return Verdict()
        stdout = Path(names["stdout"]).read_bytes().decode("utf-8", "surrogateescape")
        stderr = Path(names["stderr"]).read_bytes().decode("utf-8", "replace")
        record = Path(names["record"])
        lines = [ast.literal_eval(line) for line in record.read_text("ascii").splitlines()] if record.exists() else []
        return _read(folder, given, parity.read_record(exit_code, stdout, stderr, lines, folder))

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=LIMIT_S * 2)
        self._process.stdout.close()


def _write(project, work):
    """Writes the project to an empty folder. All runners use the same name of the folder."""
    folder = Path(work) / "project"
    folder.mkdir(parents=True)
    project.write(folder)
    return folder, project.files()


def _environment(work):
    for name in ("tmp", "cache"):
        (Path(work) / name).mkdir(exist_ok=True)
    return parity.clean_environment(
        {"PYTEST_DEBUG_TEMPROOT": f"{work}/tmp", "XDG_CACHE_HOME": f"{work}/cache", **_ENVIRONMENT}
    )


class Fastest:
    """Fastest for many projects, one after another. Two agents stand until close(), as soon as they are needed."""

    def __init__(self, python):
        self._python = python
        self._home = Path(tempfile.mkdtemp(prefix="projects-"))
        self._agents: list = []
        self._addresses: list = []

    def verdict(self, project, way, work, limit=LIMIT_S):
        args = ["-n", "1" if way == ONE else "2"]
        if way == AGENTS:
            self._start_agents()
            # The agents' folder stays, and its contents are the project's.
            shutil.rmtree(self._home / "agents", ignore_errors=True)
            args = ["--agents", ",".join(self._addresses)]
            folder, given = _write(project, self._home / "agents")
        else:
            folder, given = _write(project, work)
        report = Path(work) / "report.jsonl"
        command = [parity.coordinator_path(), *args, "--python", self._python, "--report-json", report]
        command += [*OWN_ARGS, *project.args]
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=_environment(work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            _kill_group(process.pid)
            stdout, stderr = process.communicate()
            return Verdict(stdout=stdout.decode("utf-8", "replace"), stderr=stderr.decode("utf-8", "replace"))
        finally:
            _kill_group(process.pid)
        out, err = stdout.decode("utf-8", "surrogateescape"), stderr.decode("utf-8", "replace")
        return _read(folder, given, parity.read_run(process.returncode, out, err, report, [folder]))

    def _start_agents(self):
        if self._agents and all(agent.poll() is None for agent in self._agents):
            return
        self._stop_agents()
        program = parity.coordinator_path().resolve().parent.parent / "agent/fastest-agent"
        environment = _environment(self._home)
        files = []
        for number in range(2):
            files.append(self._home / f"address-{number}-{time.monotonic_ns()}")
            command = [program, "--listen", "127.0.0.1:0", "--port-file", files[-1], "--slots", "1"]
            command += ["--workdir", self._home / "agents/project", "--python", self._python]
            (self._home / "agents/project").mkdir(parents=True, exist_ok=True)
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self._agents.append(
                subprocess.Popen([str(word) for word in command], env=environment, start_new_session=True, **quiet)
            )
        self._addresses = [parity.address_from(file, agent) for file, agent in zip(files, self._agents)]

    def _stop_agents(self):
        for agent in self._agents:
            agent.terminate()
        for agent in self._agents:
            try:
                agent.wait(timeout=20)
            except subprocess.TimeoutExpired:
                _kill_group(agent.pid)
                agent.wait()
        self._agents = []

    def close(self):
        self._stop_agents()
        shutil.rmtree(self._home, ignore_errors=True)


def differences(expected, actual, *, ordered, once=False):
    """Where `actual` differs from `expected`. With `ordered` the tests and the notes have to come in the same order.

    With `once` a line that the project printed several times counts once: pytest-xdist reports what all workers found.
    """
    if expected.run is None or actual.run is None:
        both = expected.run is None and actual.run is None
        return [] if both else [Difference("time", "only one of both ended in time")]
    lines = parity.differences(expected.run, actual.run, ordered=ordered)
    found = [Difference(_kind(line, expected.run, actual.run), line) for line in lines]
    for what, before, after in (("seen", expected.seen, actual.seen), ("notes", expected.notes, actual.notes)):
        if (what == "notes" and not ordered) or once:
            before, after = _once(before, once), _once(after, once)
        for line in _unlike(before, after, ordered):
            found.append(Difference(f"{what} {_hook(line)}" if what == "notes" else what, f"{what} {line}"))
    for name in sorted(expected.files.keys() | actual.files.keys()):
        before, after = expected.files.get(name), actual.files.get(name)
        if before != after:
            found.append(Difference("files", f"file {name}: pytest {before!r}, fastest {after!r}"))
    return found


def _once(lines, all_once):
    """Each line once, but notes of the hooks that are called for a test: those are as many as its processes made.

    A worker's exit status depends on the tests that it was given.
    """
    lines = [_STATUS_OF_WORKER.sub(r"\1", line) for line in lines]
    repeated = [] if all_once else [line for line in lines if line.startswith("runtest_")]
    return sorted(repeated + list(set(lines) - set(repeated)))


def _in_both(one, also, xdist, ours):
    """Whether Fastest agrees neither with pytest-xdist, as `one` says, nor with pytest, as `also` says."""
    if one.kind == "counts":
        # Each worker of pytest-xdist's reports the errors of its collection.
        before, after = (
            [each for each in run.counts.split(", ") if "error" not in each] for run in (xdist.run, ours.run)
        )
        return before != after and any(each.kind == "counts" for each in also)
    if "only in" in one.text or one.kind == "files":
        return one in also
    return any(each.kind == one.kind for each in also)


def _fails_alone(xdist, pytest):
    """Whether pytest-xdist fails where pytest does not: its controller cannot be told all that a report may hold."""
    internal = 3
    return bool(xdist.run and pytest.run) and xdist.run.exit_code == internal != pytest.run.exit_code


def _repeats(run):
    """Whether tests have the same id. What pytest-xdist's workers say of such tests at a time cannot be told apart."""
    return run is not None and any(len(outcomes) > 1 for outcomes in run.outcomes.values())


def _kind(line, expected, actual):
    if line.startswith("counts") and _without_warnings(expected.counts) == _without_warnings(actual.counts):
        return "warnings"
    for kind in ("exit code", "test", "collector", "counts", "order", "summary", "JUnit", "text"):
        if line.startswith(kind):
            return kind
    return "other"


def _without_warnings(counts):
    return [part for part in counts.split(", ") if "warning" not in part]


def _hook(line):
    return line.partition(": ")[2].partition(" ")[0]


def _unlike(before, after, ordered):
    missing, extra = _minus(before, after), _minus(after, before)
    found = [f"only in pytest: {line}" for line in missing] + [f"only in fastest: {line}" for line in extra]
    if not found and ordered and before != after:
        at = next(i for i, (a, b) in enumerate(zip(before, after)) if a != b)
        found.append(f"order at {at}: {before[at]} in pytest, {after[at]} in fastest")
    return found


def _minus(lines, others):
    rest = list(others)
    left = []
    for line in lines:
        if line in rest:
            rest.remove(line)
        else:
            left.append(line)
    return left


@dataclass
class Comparison:
    """What came of one project. `found` maps a way to its differences."""

    found: dict = field(default_factory=dict)
    # Maps the name of a runner to its verdict.
    verdicts: dict = field(default_factory=dict)
    # Kinds of differences between pytest and pytest-xdist, in a project that plays no roles.
    disagree: set = field(default_factory=set)


class Comparer:
    """Compares projects one after another. Owns the processes that stand between projects; close() ends them."""

    def __init__(self, python=sys.executable, limit=LIMIT_S):
        self._pytest, self._fastest, self._limit = Pytest(python), Fastest(python), limit

    def compare(self, project, ways=(ONE, TWO)) -> Comparison:
        comparison = Comparison()
        with tempfile.TemporaryDirectory(prefix="projects-") as home:
            work = Path(home)

            def run(name, verdict):
                if name not in comparison.verdicts:
                    # pytest cuts lines that hold paths. All paths have the same length.
                    place = work / f"{name:_<6}"
                    place.mkdir()
                    comparison.verdicts[name] = verdict(place)
                return comparison.verdicts[name]

            def pytest_run():
                return run("pytest", lambda folder: self._pytest.verdict(project, [], folder, self._limit))

            def xdist_run():
                return run("xdist", lambda folder: self._pytest.verdict(project, ["-n", "2"], folder, self._limit))

            for way in ways:
                if way != ONE and ALONE in project.traits:
                    continue
                ours = run(way, lambda folder, way=way: self._fastest.verdict(project, way, folder, self._limit))
                if way == ONE:
                    found = differences(pytest_run(), ours, ordered=True)
                elif STOPS in project.traits:
                    # pytest ends with 1 and pytest-xdist with 2 after a failure that stops the run.
                    found = [one for one in differences(pytest_run(), ours, ordered=False) if one.kind == "exit code"]
                    if found:
                        found = [
                            one for one in differences(xdist_run(), ours, ordered=False) if one.kind == "exit code"
                        ]
                elif "--setup-show" in project.args or "\nrunning on 1 worker" in ours.stdout:
                    # pytest itself answers, or one session does: in one process without roles.
                    found = differences(pytest_run(), ours, ordered=False)
                elif ROLES in project.traits and _fails_alone(xdist_run(), pytest_run()):
                    found = [one for one in differences(pytest_run(), ours, ordered=False) if one.kind in _OF_TESTS]
                elif ROLES in project.traits:
                    found = differences(xdist_run(), ours, ordered=False)
                    if found:
                        also = differences(pytest_run(), ours, ordered=False)
                        # pytest ends with 2 or 4 before the first test if it could not collect. pytest-xdist does not.
                        failed = ours.run is not None and "failed" in ours.run.collect.values()
                        broken = failed or (pytest_run().run is not None and pytest_run().run.exit_code == 4)
                        shown = {*_SHOWN, "test"} if _repeats(pytest_run().run) else _SHOWN
                        found = [
                            one
                            for one in found
                            if not (broken or one.kind in shown) or _in_both(one, also, xdist_run(), ours)
                        ]
                else:
                    found = differences(pytest_run(), ours, ordered=False)
                    if found:
                        # Where pytest and pytest-xdist disagree, Fastest may side with either.
                        unlike = {one.kind for one in differences(pytest_run(), xdist_run(), ordered=False)}
                        comparison.disagree |= unlike
                        also = {one.kind for one in differences(xdist_run(), ours, ordered=False, once=True)}
                        found = [one for one in found if one.kind in also or one.kind not in unlike]
                if found:
                    comparison.found[way] = found
        return comparison

    def close(self):
        self._pytest.close()
        self._fastest.close()
