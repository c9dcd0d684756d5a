"""A coordinator as a person starts it. The test sees its processes, its events and its end from outside."""

import contextlib
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

import parity

# The bound of every wait. Nothing takes nearly as long.
LIMIT_S = 120


def wait_until(condition, what):
    """Polls until `condition` is true, and returns its value."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {LIMIT_S} s in vain for: {what}")


def signals_as_in_a_terminal():
    """Resets the signals: under nohup or in the background of a script, the tests themselves ignore some of them."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


class Fastest:
    """One run. Every process of the run has a mark in its environment, by which the test finds leftovers.

    Runs with the same `mark` have the same environment. Each of them then also counts the other's processes.
    """

    def __init__(self, command, cwd, env, report, preexec_fn=None, mark=None, **streams):
        def before_exec():
            signals_as_in_a_terminal()
            if preexec_fn:
                preexec_fn()

        self.report = report
        self._mark = f"E2E_MARK={mark or uuid.uuid4().hex}"
        name, _, value = self._mark.partition("=")
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**env, name: value},
            preexec_fn=before_exec,
            **{"stdin": subprocess.DEVNULL, "stdout": -1, "stderr": -1, **streams},
        )
        self.stdout = self.stderr = ""

    def wait(self):
        """Waits for the end. Returns the exit code, as subprocess does: a signal is a negative number."""
        out, err = self.process.communicate(timeout=LIMIT_S)
        self.stdout, self.stderr = (out or b"").decode("utf-8", "replace"), (err or b"").decode("utf-8", "replace")
        return self.process.returncode

    def send(self, number=signal.SIGINT):
        self.process.send_signal(number)

    @property
    def text(self):
        return self.stdout + self.stderr

    def events(self, kind=None):
        growing = self.process.poll() is None
        return [event for event in parity.read_events(self.report, growing) if kind is None or event["type"] == kind]

    def results(self):
        """Maps each node id to its result. Fails if a test has more than one result."""
        by_id = {}
        for event in self.events("result"):
            assert event["nodeid"] not in by_id, f"two results for {event['nodeid']}"
            by_id[event["nodeid"]] = event
        return by_id

    def outcomes(self):
        return {nodeid: result["outcome"] for nodeid, result in self.results().items()}

    def processes(self):
        """The pids of this run's living processes."""
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and self._is_ours(entry)]

    def _is_ours(self, pid):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
        except OSError:
            return False
        return self._mark.encode() in environment.split(b"\0") and state not in "ZX"

    def pid_of(self, program):
        """The pid of this run's process that runs `program`."""
        return next(
            (pid for pid in self.processes() if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == program), None
        )

    def nothing_left(self):
        wait_until(lambda: not self.processes(), f"the end of {self.processes()}")
        return True

    def kill_all(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
