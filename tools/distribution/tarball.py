"""The tarball: the programs below one folder, with an installer for machines of any kind."""

from __future__ import annotations

import gzip
import io
import platform
import tarfile
from pathlib import Path

import linked
from contents import ROOT, UNIT, Entry
from origin import Origin


def write(folder: Path, entries: list[Entry], origin: Origin) -> Path:
    """Writes the tarball into `folder`, and returns its path."""
    top = f"fastest-{origin.version}-linux-{platform.machine()}"
    files = {
        entry.target: (entry.data, entry.executable) for entry in entries if entry.target != "bin/fastest-coordinator"
    }
    files["systemd/" + UNIT] = files.pop(UNIT)
    for name, text in linked.licence_files().items():
        files["share/doc/fastest/licenses/" + name] = (text, False)
    files["share/doc/fastest/fastest.cdx.json"] = (linked.bill_of_materials(origin), False)
    files["install.sh"] = ((ROOT / "tools/distribution/install.sh").read_bytes(), True)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            data, executable = files[name]
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size, member.mtime, member.mode = len(data), origin.time, 0o755 if executable else 0o644
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo(f"{top}/bin/fastest-coordinator")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "fastest", origin.time
        archive.addfile(link)
    path = folder / f"{top}.tar.gz"
    path.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))
    return path
