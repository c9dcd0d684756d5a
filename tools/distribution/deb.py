"""The Debian package: the programs in /usr, and a unit for the agent that is installed but not started."""

from __future__ import annotations

import gzip
import os
import subprocess
import tempfile
from pathlib import Path

import linked
from contents import NAME, UNIT, Entry
from origin import Origin

_CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: Fastest <fastest@localhost>
Installed-Size: {size}
Depends: libc6 (>= 2.34), libgcc-s1 (>= 3.0), libstdc++6 (>= 11), passwd
Recommends: python3
Suggests: libcurl4
Section: devel
Priority: optional
Description: runs a pytest suite on all cores, or on many machines
 Fastest reports the verdict that pytest would have given: the same test ids,
 outcomes, failure texts and exit code. The project's own pytest runs the tests.
"""

# The runner's bytecode is made here, because users may not write there.
_POSTINST = """\
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if ! getent passwd fastest >/dev/null; then
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fastest
  fi
  if command -v python3 >/dev/null; then python3 -m compileall -q /usr/lib/fastest || true; fi
  if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
fi
"""

# SIGTERM drains the agent, so an upgrade lets the running tests finish.
_PRERM = """\
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl stop fastest-agent.service || true; fi
find /usr/lib/fastest -name __pycache__ -type d -prune -exec rm -r {} +
"""

_POSTRM = """\
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
if [ "$1" = purge ]; then
  rm -rf /var/cache/fastest
  if getent passwd fastest >/dev/null; then userdel fastest || true; fi
fi
"""

# Where Debian has what other systems keep elsewhere.
_MOVED = {"share/zsh/site-functions/": "share/zsh/vendor-completions/", "share/doc/fastest/": f"share/doc/{NAME}/"}


def write(folder: Path, entries: list[Entry], origin: Origin) -> Path:
    """Writes the package into `folder`, and returns its path."""
    files = dict(_place(entry) for entry in entries)
    documents = f"usr/share/doc/{NAME}/"
    files[documents + "copyright"] = (_copyright(), False)
    files[documents + "fastest.cdx.json"] = (linked.bill_of_materials(origin), False)
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    size = sum(len(data) for data, _ in files.values()) // 1024
    control = _CONTROL.format(name=NAME, version=origin.version, architecture=architecture, size=size)
    files["DEBIAN/control"] = (control.encode(), False)
    for name, script in {"postinst": _POSTINST, "prerm": _PRERM, "postrm": _POSTRM}.items():
        files["DEBIAN/" + name] = (script.encode(), True)
    path = folder / f"{NAME}_{origin.version}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as root:
        _unpack(Path(root), files)
        (Path(root) / "usr/bin/fastest-coordinator").symlink_to("fastest")
        words = ["dpkg-deb", "--root-owner-group", "-Zxz", "--threads-max=1", "--build", root, str(path)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(origin.time)}
        subprocess.run(words, check=True, env=environment, stdout=subprocess.DEVNULL)
    return path


def _place(entry: Entry) -> tuple[str, tuple[bytes, bool]]:
    target, data = entry.target, entry.data
    if target == UNIT:
        data = data.replace(b"/usr/local/share/doc/fastest/", f"/usr/share/doc/{NAME}/".encode())
        return "usr/lib/systemd/system/" + UNIT, (data.replace(b"/usr/local/", b"/usr/"), False)
    for there, here in _MOVED.items():
        if target.startswith(there):
            target = here + target[len(there) :]
    if target.startswith("share/man/"):
        target, data = target + ".gz", gzip.compress(data, 9, mtime=0)
    return "usr/" + target, (data, entry.executable)


def _unpack(root: Path, files: dict[str, tuple[bytes, bool]]) -> None:
    for name, (data, executable) in files.items():
        if name == "usr/bin/fastest-coordinator":
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if executable else 0o644)
    for path in [root, *root.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)


def _copyright() -> bytes:
    parts = [b"Fastest is under the Apache License 2.0 (/usr/share/common-licenses/Apache-2.0).\n"]
    for library in linked.libraries():
        parts.append(f"\n==== {library.name} {library.version}, linked in ({library.licence}) ====\n\n".encode())
        parts.append(library.licence_text())
    return b"".join(parts)
