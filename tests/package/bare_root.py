"""A bare Debian system with Python, and nothing of this checkout: no compiler, no Bazel, no network."""

import os
import subprocess
from pathlib import Path

LIMIT_S = 300

# A new network namespace has its loopback interface down. Flag 1 of SIOCSIFFLAGS (0x8914) is "up".
_LOOPBACK_UP = """
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 1))
"""


def unavailable(archive):
    """Returns why there can be no such system here; empty if there can."""
    if os.geteuid() != 0:
        return "only root can enter another root directory"
    if not archive.exists():
        return f"{archive} is not there (tools/setup test makes it)"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"namespaces cannot be made: {tried.stderr.strip()}"


class BareRoot:
    def __init__(self, archive, folder):
        self.folder = Path(folder)
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)

    def write(self, path, content):
        target = self.folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def files(self, *but):
        """Returns the paths of all files, but for those below the folders `but`."""
        words = [
            "find",
            self.folder,
            "-xdev",
            *(word for path in but for word in ("-path", f"{self.folder}{path}", "-prune", "-o")),
        ]
        return set(subprocess.run([*words, "-print"], check=True, capture_output=True, text=True).stdout.splitlines())

    def run(self, script):
        """Runs a shell script in the system, without a network but for loopback."""
        enter = ["unshare", "--mount", "--pid", "--net", "--fork", f"--root={self.folder}", "--mount-proc"]
        script = f"python3 -c '{_LOOPBACK_UP}' && {{ {script}\n}}"
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        return subprocess.run(
            [*enter, "sh", "-c", script], env=environment, capture_output=True, text=True, timeout=LIMIT_S
        )
