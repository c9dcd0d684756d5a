"""Plays zygote and workers for the agent's tests, without pytest. The "module" of a lease names what goes wrong.

The tests run it as `python fake_runner --control FD`, from a folder that has it as __main__.py.
"""

import array
import base64
import contextlib
import faulthandler
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
import time


class Channel:
    def __init__(self, sock):
        self.sock = sock
        self.data = b""
        self.fds = []

    def send(self, message):
        payload = json.dumps(message).encode()
        # receive() sees the end of the channel.
        with contextlib.suppress(OSError):
            self.sock.sendall(struct.pack(">I", len(payload)) + payload)

    def has_frame(self):
        """Whether the whole next frame is here already."""
        return len(self.data) >= 4 and len(self.data) >= 4 + struct.unpack(">I", self.data[:4])[0]

    def receive(self):
        """The next frame; None at the end of the stream."""
        while True:
            if self.has_frame():
                end = 4 + struct.unpack(">I", self.data[:4])[0]
                frame, self.data = self.data[4:end], self.data[end:]
                return json.loads(frame)
            try:
                data, ancillary, _, _ = self.sock.recvmsg(1 << 16, socket.CMSG_SPACE(3 * 4))
            except ConnectionResetError:
                # The other end was killed with unread data of ours: an end like any other.
                return None
            for _, _, payload in ancillary:
                fds = array.array("i")
                fds.frombytes(payload)
                self.fds.extend(fds)
            if not data:
                return None
            self.data += data


class Worker:
    def __init__(self, channel):
        self.channel = channel
        self.told = []
        # Tests' output is "captured" here, as long as the worker lives.
        self.capture = tempfile.TemporaryFile()  # noqa: SIM115

    def run(self):
        start = self.channel.receive()["start"]
        self.run_id = start["run"]["run_id"]
        if start["worker_id"] == "dies-at-start":
            sys.stderr.write("cannot go on\n")
            sys.stderr.flush()
            os._exit(7)
        if start["worker_id"] == "fails-at-start":
            self.channel.send({"failure": {"exit_status": 4, "message": "ERROR: usage"}})
            os._exit(0)
        header = [json.dumps(start), sys.executable, os.getcwd()]
        self.channel.send(
            {"ready": {"pid": os.getpid(), "stdout_fd": self.capture.fileno(), "stderr_fd": -1, "header": header}}
        )
        while True:
            command = self.channel.receive()
            if command is None:
                os._exit(0)
            if "run" in command:
                self.run_lease(command["run"])
            elif "replay" in command:
                self.told.append(command["replay"])
            else:
                reason = command.get("stop", {}).get("reason", "")
                # A control session says what it was told.
                told = json.dumps([*self.told, command["conclude"]]) if "conclude" in command else ""
                self.channel.send({"ended": {"exit_status": 0, "stop_reason": reason, "terminal_summary": told}})
                if os.environ.get("FAKE_RUNNER_LINGERS"):
                    time.sleep(1000)
                os._exit(0)

    def run_lease(self, lease):
        what = lease["batch"]["module"]
        if what == "kill_zygote":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(1000)
        tests = [{"node_id": f"{what}::{name}"} for name in ("first", "second")]
        self.channel.send({"collected": {"lease_id": lease["id"], "tests": tests}})
        for name, ref in zip(("first", "second"), tests):
            self.channel.send({"progress": {"started": ref, "started_lease_id": lease["id"], "started_at": 5}})
            if name == "second":
                os.pwrite(self.capture.fileno(), b"half a line", 0)
                getattr(self, what)()
            result = {"lease_id": lease["id"], "ref": ref, "outcome": "PASSED"}
            self.channel.send({"progress": {"results": [result]}})
        self.channel.send({"lease_done": {"lease_id": lease["id"]}})
        # The worker holds no test back.
        self.channel.send({"waits": {"last_lease_id": lease["id"]}})

    def well(self):
        pass

    def board(self):
        """Writes down when it begins and when it ends. In between it waits for a file with the run's name."""
        self.write_on_board("begins")
        end = time.monotonic() + 60
        while not os.path.exists(self.run_id) and time.monotonic() < end:
            time.sleep(0.001)
        self.write_on_board("ends")

    def write_on_board(self, what):
        with open("board", "a", encoding="ascii") as board:
            board.write(f"{self.run_id} {what}\n")

    def output(self):
        os.write(1, b"begin\n" + b"o" * 3_000_000)
        os.write(2, b"to stderr\n")

    def exit_zero(self):
        os._exit(0)

    def segfault(self):
        faulthandler.enable()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signal.SIGSEGV)

    def hang(self):
        faulthandler.register(signal.SIGRTMIN + 8, all_threads=True)
        time.sleep(1000)

    def hang_deaf(self):
        signal.signal(signal.SIGRTMIN + 8, signal.SIG_IGN)
        time.sleep(1000)

    def no_json(self):
        self.channel.sock.sendall(b"\0\0\0\x05hello")

    def no_frame(self):
        self.channel.sock.sendall(b"Traceback (most recent call last):\n")

    def close_all(self):
        os.closerange(0, 100)
        time.sleep(1000)

    def orphan(self):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1000)
            os._exit(0)
        os.wait()

    def binary(self):
        self.channel.send({"output": {"stream": "TERMINAL", "data": base64.b64encode(b"\xff\0").decode()}})


def fork_worker(fds):
    channel, out, err = fds
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    Worker(Channel(socket.socket(fileno=channel))).run()


def kill(pid):
    for target in (-pid, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(target, signal.SIGKILL)


def children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


def end_children():
    while pids := children():
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def serve(control):
    if os.environ.get("FAKE_RUNNER_FAILS"):
        control.send({"type": "failed", "message": "pytest is not installed for this Python"})
        return 3
    control.send({"type": "hello", "pid": os.getpid(), "python_version": "3", "pytest_version": "0"})
    workers = {}

    def reap():
        for worker_id, pid in list(workers.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del workers[worker_id]
                kill(pid)
                control.send({"type": "exited", "worker_id": worker_id, "pid": pid, "status": status})

    # A child's end is a byte that is read beside the channel: no handler interrupts other work.
    ended, wake = socket.socketpair()
    ended.setblocking(False)
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        if not control.has_frame():
            select.select([control.sock, ended], [], [])
        with contextlib.suppress(BlockingIOError):
            ended.recv(1 << 16)
        reap()
        if not control.has_frame() and not select.select([control.sock], [], [], 0)[0]:
            continue
        message = control.receive()
        if message is None:
            break
        if message["type"] == "kill":
            kill(workers.get(message["worker_id"], 1 << 30))
            continue
        if message["type"] == "begin":
            control.send({"type": "begun", "stale": os.environ.get("FAKE_RUNNER_STALE", "")})
        if message["type"] == "clear":
            end_children()
            control.send({"type": "cleared"})
        if message["type"] != "fork":
            continue
        fds, control.fds = control.fds[:3], control.fds[3:]
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for sock in (control.sock, ended, wake):
                sock.close()
            fork_worker(fds)
        for fd in fds:
            os.close(fd)
        workers[message["worker_id"]] = pid
        control.send({"type": "forked", "worker_id": message["worker_id"], "pid": pid})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    end_children()
    return 0


if __name__ == "__main__":
    os._exit(serve(Channel(socket.socket(fileno=int(sys.argv[2])))))
