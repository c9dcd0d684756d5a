"""Pretended machines on one kernel. Each has its own name, network, processes and file system.

    with Network(("alpha", "beta"), folder) as network:
        network.delay(0.02)
        alpha = network["alpha"]
        alpha.copy("/home/me/project", alpha.disk / "checkout")
        agent = alpha.start(["fastest-agent", "--listen", "alpha:7070"])
        network.cut("alpha")

- Machines see the files of the host, except for the folder `disk`. It has the same path on all machines, but each has
  its own, empty at first.
- `hide` makes a folder of the host disappear. All mounts end with the machine.
- Machines reach each other by name through a switch in user space (switch.py), and reach nothing else.
- They need root, /dev/net/tun, and the programs ip, unshare, nsenter and mount. unavailable() says what is missing.

Nothing stays behind, whatever happens to the tests. The first process of each machine and the switch end with the pipes
from this process, and the kernel ends the rest. No threads, not thread-safe.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

# The bound of every wait. Nothing takes nearly as long.
LIMIT_S = 60

# This range is reserved for documentation, so no real machine has such an address.
_ADDRESS = "192.0.2.{}"


def wait_until(condition, what, limit_s=LIMIT_S):
    """Polls until `condition` is true, and returns its value."""
    end = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {limit_s} s in vain for: {what}"
        time.sleep(0.02)


def unavailable():
    """Says why machines cannot be made here. An empty string if they can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    missing = [program for program in ("ip", "unshare", "nsenter", "mount") if not shutil.which(program)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    command = [*_UNSHARE, "sh", "-c", "ip tuntap add probe mode tap && mount -t tmpfs none /mnt"]
    tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return "" if tried.returncode == 0 else (tried.stderr.strip() or f"unshare ended with {tried.returncode}")


_UNSHARE = [
    "unshare",
    "--net",
    "--mount",
    "--pid",
    "--uts",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
]


class _Server:
    """A process that says "ready", and ends when its standard input is closed."""

    def __init__(self, command):
        self._process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        if self._process.stdout.readline() != "ready\n":
            self.stop()
            raise RuntimeError(f"did not come up: {command}")

    def ask(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n", f"the switch did not take {line!r}"

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Program:
    """A program that runs on a machine. The file `log` has both its standard output and its standard error."""

    def __init__(self, machine, command, log, cwd, env):
        self.log = log
        # nsenter waits for the program, its only child, and ends in the same way.
        with open(log, "wb") as output:
            self._entry = subprocess.Popen(
                machine.command(command, cwd, env), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def pid(self):
        """The program's pid as the host sees it."""
        children = Path(f"/proc/{self._entry.pid}/task/{self._entry.pid}/children")
        return int(wait_until(lambda: self.ended() or children.read_text().split(), "a program's start")[0])

    @property
    def text(self):
        return self.log.read_text("utf-8", "replace")

    def ended(self):
        return self._entry.poll() is not None

    def send(self, number):
        """Sends a signal. nsenter stops when the program is stopped, so SIGCONT goes to both."""
        os.kill(self.pid, number)
        if number == signal.SIGCONT:
            self._entry.send_signal(number)

    def bury(self):
        """Reaps nsenter. Call this when the machine has ended, and the program with it."""
        # nsenter may have stopped together with the program.
        self._entry.send_signal(signal.SIGCONT)
        self._entry.wait(LIMIT_S)

    def wait(self, limit_s=LIMIT_S):
        """Waits for the end. Returns the exit code, as subprocess does: a signal is a negative number."""
        try:
            return self._entry.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {limit_s} s; it said:\n{self.text}") from None

    def wait_for_text(self, text, limit_s=LIMIT_S):
        def there():
            assert text in self.text or not self.ended(), f"ended without saying {text!r}:\n{self.text}"
            return text in self.text

        wait_until(there, f"{text!r} from a program that said:\n{self.text}", limit_s)


class Machine:
    """One machine. The folder `disk` is its own. The other machines reach it at `address`."""

    def __init__(self, name, address, folder):
        self.name = name
        self.address = address
        self.disk = folder / "disk"
        self._folder = folder
        self._programs = []
        self._first = _Server([*_UNSHARE, sys.executable, HERE / "first_process.py"])
        # The namespaces of unshare itself. Its child is in them, or soon will be.
        space = f"/proc/{self._first.pid}/ns"
        self._enter = [
            "nsenter",
            f"--net={space}/net",
            f"--mount={space}/mnt",
            f"--uts={space}/uts",
            f"--pid={space}/pid_for_children",
            "--",
        ]
        self._process_space = os.readlink(f"{space}/pid_for_children")
        self.run(["hostname", name])
        self.run(["mount", "-t", "tmpfs", "-o", "mode=755", "disk", self.disk])
        self.run(["mkdir", "-m", "1777", self.disk / "tmp"])
        self.run(["ip", "link", "set", "lo", "up"])

    def command(self, command, cwd=None, env=None):
        """The command that the host must run. `env` is added to the host's environment. None removes a variable."""
        settings = {"TMPDIR": self.disk / "tmp", "XDG_CACHE_HOME": self.disk / "cache", **(env or {})}
        unset = [word for name, value in settings.items() if value is None for word in ("-u", name)]
        assign = [f"{name}={value}" for name, value in settings.items() if value is not None]
        words = [*self._enter, "env", "-C", cwd or self.disk, *unset, *assign, *command]
        return [str(word) for word in words]

    def run(self, command, cwd="/", check=True):
        """Runs a command on the machine to its end."""
        done = subprocess.run(self.command(command, cwd), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert not check or done.returncode == 0, f"{self.name}: {command} ended with {done.returncode}: {done.stderr}"
        return done

    def start(self, command, cwd=None, env=None):
        log = self._folder / f"{self.name}-{len(self._programs)}.log"
        program = Program(self, command, log, cwd, env)
        self._programs.append(program)
        return program

    def copy(self, source, target):
        """Copies a folder of the host. If `target` is below `disk`, only this machine sees the copy."""
        self.run(["mkdir", "-p", target.parent])
        self.run(["cp", "-a", source, target])

    def hide(self, folder):
        """Hides the host's content of `folder` from this machine."""
        self.run(["mount", "-t", "tmpfs", "hidden", folder])

    def processes(self):
        """The pids of the machine's processes as the host sees them, without the first process."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                space = os.readlink(f"/proc/{entry}/ns/pid")
                status = Path(f"/proc/{entry}/status").read_text("utf-8", "replace")
            except OSError:
                continue
            own_pid = next(line.split()[-1] for line in status.splitlines() if line.startswith("NSpid:"))
            if space == self._process_space and own_pid != "1" and "\nState:\tZ" not in status:
                found.append(int(entry))
        return found

    def connect(self, device, machines):
        """Plugs in the switch's network device, and tells the machine all names. `everybody` names all machines."""
        hosts = "127.0.0.1 localhost\n" + "".join(f"{other.address} {other.name} everybody\n" for other in machines)
        self.run(
            ["sh", "-c", f"cat > {self.disk}/hosts <<'END'\n{hosts}END\nmount --bind {self.disk}/hosts /etc/hosts"]
        )
        self.run(["ip", "link", "set", device, "name", "eth0"])
        self.run(["ip", "address", "add", f"{self.address}/24", "dev", "eth0"])
        self.run(["ip", "link", "set", "eth0", "up"])

    @property
    def pid(self):
        """The pid, as the host sees it, of a process in the machine's network."""
        return self._first.pid

    def stop(self):
        """Switches the machine off. Everything on it ends at once."""
        self._first.stop()
        for program in self._programs:
            program.bury()


class Network:
    """Some machines on one switch. As a context manager it removes everything at its end."""

    def __init__(self, names, folder):
        (folder / "disk").mkdir(parents=True)
        self._machines = {}
        self._switch = None
        try:
            for number, name in enumerate(names):
                self._machines[name] = Machine(name, _ADDRESS.format(number + 1), folder)
            switch = [sys.executable, HERE / "switch.py", len(names)]
            self._switch = _Server(["unshare", "--net", *switch])
            for number, machine in enumerate(self):
                self._plug(number, machine)
        except BaseException:
            self.stop()
            raise
        self._ports = {name: number for number, name in enumerate(names)}

    def _plug(self, number, machine):
        device = f"port{number}"
        enter = ["nsenter", f"--net=/proc/{self._switch.pid}/ns/net"]
        subprocess.run([*enter, "ip", "link", "set", device, "netns", str(machine.pid)], check=True)
        machine.connect(device, list(self))

    def __iter__(self):
        return iter(self._machines.values())

    def __getitem__(self, name):
        return self._machines[name]

    def delay(self, seconds):
        """Every frame takes this long one way, so an answer takes twice as long."""
        self._switch.ask(f"delay {seconds}")

    def loss(self, fraction):
        self._switch.ask(f"loss {fraction}")

    def cut(self, name):
        """Unplugs the far end of the machine's cable. The machine notices only the silence."""
        self._switch.ask(f"cut {self._ports[name]}")

    def heal(self, name):
        self._switch.ask(f"heal {self._ports[name]}")

    def stop(self):
        for machine in self:
            machine.stop()
        if self._switch:
            self._switch.stop()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()
