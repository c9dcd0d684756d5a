"""Plays the agent: starts a real zygote, makes it fork workers, and speaks with them as fastest-agent does.

Also a program: `python driver.py [--slots N] [--python PATH] [--mode MODE] [--cwd DIR] -- PYTEST_ARGS` runs a project's
tests with a lease for each module. It prints sorted lines `OUTCOME NODEID`, for comparison with pytest's.
"""

from __future__ import annotations

import argparse
import array
import collections
import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

RUNNER = Path(__file__).resolve().parent.parent / "fastest_runner"
sys.path.insert(0, str(RUNNER.parent))

from fastest_runner.wire.frames import FrameDecoder, encode  # noqa: E402

# A busy machine must not fail a test, and a test that hangs must end.
PATIENCE_S = 60.0

_PR_SET_CHILD_SUBREAPER = 36


class Peer:
    """One end of a stream of frames, with a deadline on every wait."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._decoder = FrameDecoder()
        self.socket.settimeout(PATIENCE_S)

    def send(self, message: dict[str, Any], fds: list[int] | None = None) -> None:
        frame = encode(message)
        if fds:
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
            sent = self.socket.sendmsg([frame], ancillary)
            frame = frame[sent:]
        self.socket.sendall(frame)

    def receive(self) -> dict[str, Any] | None:
        """Returns the next message. None at the end of the stream."""
        while True:
            payload = self._decoder.next_payload()
            if payload is not None:
                message = json.loads(payload)
                return message if isinstance(message, dict) else {"short": message}
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._decoder.feed(data)


class Worker:
    """A forked worker: its channel, its output, and its exit status."""

    def __init__(self, zygote: Zygote, worker_id: str) -> None:
        ours, theirs = socket.socketpair()
        self._zygote = zygote
        self.worker_id = worker_id
        self.peer = Peer(ours)
        self.messages: list[dict[str, Any]] = []
        self._output = {"stdout": bytearray(), "stderr": bytearray()}
        self._more_output = threading.Condition()
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        zygote.control.send({"type": "fork", "worker_id": worker_id}, [theirs.fileno(), out_write, err_write])
        theirs.close()
        os.close(out_write)
        os.close(err_write)
        self._readers = [
            threading.Thread(target=self._drain, args=(out_read, "stdout"), daemon=True),
            threading.Thread(target=self._drain, args=(err_read, "stderr"), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self.pid: int = zygote.wait_for("forked", worker_id)["pid"]

    def send(self, message: dict[str, Any]) -> None:
        self.peer.send(message)

    def start(self, directory: Path, *args: str, **spec: Any) -> None:
        run = {"run_id": "run", "invocation_dir": str(directory), "pytest_args": list(args), "slots": 2, "columns": 80}
        run.update(spec)
        self.send({"start": {"run": run, "worker_id": self.worker_id}})

    def receive(self) -> dict[str, Any] | None:
        message = self.peer.receive()
        if message is not None:
            if "short" in message:
                message = {"progress": progress_of(message["short"], self.all("collected"))}
            self.messages.append(message)
        return message

    def wait_for(self, kind: str) -> dict[str, Any]:
        """Returns the body of the next message of that kind. `messages` has the messages before it."""
        while True:
            message = self.receive()
            if message is None:
                raise AssertionError(f"end of stream before {kind}; got {self.messages}; stderr {self.stderr()}")
            if kind in message:
                return message[kind]
            if "awaits_controller" in message:
                # Nobody plays the controller's part here.
                self.send({"node": {}})
            if "failure" in message:
                raise AssertionError(f"failure before {kind}: {message['failure']['message']}")
            if "ended" in message:
                raise AssertionError(f"{message} before {kind}")

    def lease(self, lease_id: int, **batch: Any) -> None:
        self.send({"run": {"id": lease_id, "batch": batch}})

    def read_to_end(self) -> None:
        while self.receive() is not None:
            pass

    def finish(self) -> dict[str, Any]:
        """Sends `finish` and returns the body of `ended`."""
        self.send({"finish": {}})
        self.read_to_end()
        return self.last("ended")

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [message[kind] for message in self.messages if kind in message]

    def last(self, kind: str) -> dict[str, Any]:
        found = self.all(kind)
        assert found, f"no {kind} in {self.messages}; stderr {self.stderr()}"
        return found[-1]

    def results(self) -> list[dict[str, Any]]:
        return [result for progress in self.all("progress") for result in progress.get("results", ())]

    def outcomes(self) -> dict[str, str]:
        return {result["ref"]["node_id"]: result["outcome"] for result in self.results()}

    def started(self) -> list[str]:
        return [progress["started"]["node_id"] for progress in self.all("progress") if "started" in progress]

    def exit_status(self) -> int:
        """Returns waitpid's raw status, from the zygote's `exited`."""
        return self._zygote.wait_for("exited", self.worker_id)["status"]

    def stdout(self) -> str:
        return self._text("stdout")

    def stderr(self) -> str:
        return self._text("stderr")

    def wait_for_stderr(self, text: str) -> None:
        with self._more_output:
            assert self._more_output.wait_for(lambda: text in self.stderr(), PATIENCE_S), self.stderr()

    def _text(self, name: str) -> str:
        return bytes(self._output[name]).decode("utf-8", "replace")

    def _drain(self, fd: int, name: str) -> None:
        with os.fdopen(fd, "rb", buffering=0) as pipe:
            while data := pipe.read(65536):
                with self._more_output:
                    self._output[name] += data
                    self._more_output.notify_all()

    def join_output(self) -> None:
        """Waits until all write ends of the pipes are closed."""
        for reader in self._readers:
            reader.join(PATIENCE_S)


def progress_of(numbers: list[int], leases: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns the Progress that agent and coordinator make of a short form. `leases` are `collected` messages."""
    progress: dict[str, Any] = {}
    tests = {collected["lease_id"]: collected["tests"] for collected in leases}
    if len(numbers) in (7, 10):
        lease_id, position, *passed = numbers[:7]
        progress["results"] = [_passed(lease_id, tests[lease_id][position], *passed)]
    if len(numbers) in (3, 10):
        lease_id, position, at_ns = numbers[-3:]
        progress.update(started_lease_id=lease_id, started=tests[lease_id][position], started_at=at_ns / 1e9)
    assert progress, f"no short form: {numbers}"
    return progress


def _passed(
    lease_id: int, ref: dict[str, Any], start_ns: int, setup_ns: int, call_ns: int, teardown_ns: int, line: int
) -> dict[str, Any]:
    """Returns the TestResult of a test that passed."""
    path, _, names = ref["node_id"].partition("::")
    names, bracket, parameters = names.partition("[")
    phases = []
    for when, took_ns in (("setup", setup_ns), ("call", call_ns), ("teardown", teardown_ns)):
        phases.append({"when": when, "start": start_ns / 1e9, "duration_s": took_ns / 1e9})
        start_ns += took_ns
    return {
        "lease_id": lease_id,
        "ref": ref,
        "outcome": "PASSED",
        "phases": phases,
        "engine": "ENGINE_DIRECT",
        "location_path": path,
        "location_line": line,
        "domain": names.replace("::", ".") + bracket + parameters,
    }


class Zygote:
    """A real zygote, a child of this process."""

    def __init__(
        self, python: str = sys.executable, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        ours, theirs = socket.socketpair()
        libc = ctypes.CDLL(None)
        self.process = subprocess.Popen(
            [python, str(RUNNER / "__main__.py"), "--control", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=env,
            cwd=cwd,
            preexec_fn=lambda: libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0),
        )
        theirs.close()
        self.control = Peer(ours)
        self._waiting: collections.deque[dict[str, Any]] = collections.deque()
        self.hello = self.control.receive()

    def worker(self, worker_id: str) -> Worker:
        return Worker(self, worker_id)

    def wait_for(self, kind: str, worker_id: str) -> dict[str, Any]:
        for message in self._waiting:
            if message["type"] == kind and message["worker_id"] == worker_id:
                self._waiting.remove(message)
                return message
        while True:
            message = self.control.receive()
            assert message is not None, f"the zygote ended before {kind} of {worker_id}"
            if message["type"] == kind and message["worker_id"] == worker_id:
                return message
            self._waiting.append(message)

    def close(self) -> int:
        """Ends the zygote in the way in which the end of the agent ends it."""
        self.control.socket.close()
        return self.process.wait(PATIENCE_S)


class Kept:
    """A zygote that serves run after run, with the environment and directory of its start."""

    def __init__(self, cwd: Path, python: str | Path = sys.executable, **variables: str) -> None:
        self.environment = {"PATH": "/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
        self.cwd = cwd
        self.zygote = Zygote(python=str(python), env=self.environment, cwd=cwd)
        self.zygote.control.send({"type": "keep"})
        self.preload: list[str] = []

    def why_stale(self, cwd: Path | None = None, **changes: str | None) -> str:
        """Begins a run with a changed environment. None removes a variable. Returns why the zygote is stale."""
        wanted = {**self.environment, **changes}
        variables = [
            f"{name}={value}".encode("utf-8", "surrogateescape").decode("latin-1")
            for name, value in wanted.items()
            if value is not None
        ]
        begin = {"type": "begin", "environment": variables, "directory": str(cwd or self.cwd), "preload": self.preload}
        self.zygote.control.send(begin)
        answer = self.zygote.control.receive()
        assert answer["type"] == "begun"
        return answer["stale"]

    def run(self, module: str) -> Worker:
        """Runs this module in a worker's session, to its end. Returns the worker."""
        worker = self.zygote.worker("gw0")
        worker.start(self.cwd, preload=self.preload)
        worker.wait_for("ready")
        worker.lease(1, module=module)
        worker.finish()
        return worker

    def clear(self) -> None:
        """Ends the run."""
        self.zygote.control.send({"type": "clear"})
        assert self.zygote.control.receive() == {"type": "cleared"}


def run_project(
    zygote: Zygote, directory: Path, args: list[str], slots: int, mode: str, spec: dict[str, Any]
) -> list[Worker]:
    """Runs a whole project with a lease for each module. A worker gets its next lease when it has done one."""
    workers = [zygote.worker(f"gw{number}") for number in range(slots)]
    for worker in workers:
        worker.start(directory, *args, collection=mode, xdist_worker=slots > 1, slots=slots, **spec)
    batches: collections.deque[dict[str, Any]] = collections.deque()
    collections_seen = []
    for worker in workers:
        collection = worker.wait_for("ready")["collection"]
        collections_seen.append((collection["mode"], collection["digest"], collection.get("whole_reason")))
        if worker is not workers[0]:
            continue
        if collection["mode"] == "BY_MODULE":
            batches.extend({"module": module} for module in collection["modules"])
        else:
            by_module: dict[str, list[dict[str, Any]]] = {}
            seen: collections.Counter[str] = collections.Counter()
            for test in collection["tests"]:
                ref = {"node_id": test["node_id"], "index": seen[test["node_id"]]}
                seen[test["node_id"]] += 1
                by_module.setdefault(test["module"], []).append(ref)
            batches.extend({"tests": tests} for tests in by_module.values())
    assert len(set(collections_seen)) == 1, collections_seen
    lease_id = 0
    held: dict[Worker, int] = {}
    finishing: set[Worker] = set()

    def feed(worker: Worker) -> None:
        nonlocal lease_id
        while batches and held.get(worker, 0) < 2:
            lease_id += 1
            worker.lease(lease_id, **batches.popleft())
            held[worker] = held.get(worker, 0) + 1
        if not batches and worker not in finishing:
            worker.send({"finish": {}})
            finishing.add(worker)

    for worker in workers:
        feed(worker)
    open_workers = {worker.peer.socket: worker for worker in workers}
    while open_workers:
        for end in select.select(list(open_workers), [], [])[0]:
            worker = open_workers[end]
            end.setblocking(False)
            try:
                while True:
                    message = worker.receive()
                    if message is None:
                        del open_workers[end]
                        break
                    if "lease_done" in message:
                        held[worker] -= 1
                        end.setblocking(True)
                        feed(worker)
                        end.setblocking(False)
            except BlockingIOError:
                pass
    return workers


def _main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--mode", default="AUTO")
    parser.add_argument("--cwd", default=".")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("args", nargs="*")
    options = parser.parse_args()
    zygote = Zygote(options.python)
    directory = Path(options.cwd).resolve()
    if options.mode == "TERMINAL":
        import base64

        worker = zygote.worker("gw0")
        worker.start(directory, *options.args, forward_terminal=True)
        worker.read_to_end()
        for output in worker.all("output"):
            sys.stdout.buffer.write(base64.b64decode(output["data"]))
        sys.stdout.flush()
        for failure in worker.all("failure"):
            print(failure["message"], file=sys.stderr)
        zygote.close()
        return 0
    workers = run_project(zygote, directory, options.args, options.slots, options.mode, {})
    lines = []
    for worker in workers:
        for result in worker.results():
            lines.append(f"{result['outcome']} {result['ref']['node_id']}")
            if options.verbose and result["outcome"] in ("FAILED", "ERROR"):
                for phase in result["phases"]:
                    print(phase.get("terminal_text", ""), file=sys.stderr)
        for report in worker.all("collect_report"):
            lines.append(f"collect {report['outcome']} {report['node_id']}")
        for failure in worker.all("failure"):
            print(failure["message"], file=sys.stderr)
        ready = worker.last("ready")
        print(
            worker.worker_id,
            ready["collection"]["mode"],
            ready["collection"].get("whole_reason", ""),
            worker.all("ended"),
            file=sys.stderr,
        )
        sys.stderr.write(worker.stderr())
    zygote.close()
    print("\n".join(sorted(set(lines) if options.slots > 1 else lines)))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
