"""The wheel. Programs are its data scripts, so installers put them into the environment's `bin` as they are."""

from __future__ import annotations

import base64
import hashlib
import platform
from pathlib import Path

import linked
import zip_file
from contents import ENTRY_POINTS, NAME, PYTHON, ROOT, Entry
from origin import Origin

# The oldest glibc whose symbols are enough for the programs. `auditwheel` checks it.
_GLIBC = "2_34"

_METADATA = """\
Metadata-Version: 2.4
Name: {name}
Version: {version}
Summary: Runs a pytest suite on all cores, or on many machines, with pytest's verdict
Keywords: pytest,testing,parallel,distributed
License-Expression: {licence}
{licence_files}
Requires-Python: >=3.8
Classifier: Environment :: Console
Classifier: Framework :: Pytest
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Software Development :: Testing
Description-Content-Type: text/markdown

{description}"""


def write(folder: Path, entries: list[Entry], origin: Origin) -> Path:
    """Writes the wheel into `folder`, and returns its path."""
    distribution = f"{NAME.replace('-', '_')}-{origin.version}"
    info, data = f"{distribution}.dist-info/", f"{distribution}.data/"
    tag = f"py3-none-manylinux_{_GLIBC}_{platform.machine()}"
    files = {_place(entry.target, data): (entry.data, entry.executable) for entry in entries}
    texts = linked.licence_files()
    for name, text in texts.items():
        files[info + "licenses/" + name] = (text, False)
    files[info + "sboms/fastest.cdx.json"] = (linked.bill_of_materials(origin), False)
    files[info + "METADATA"] = (_metadata(origin, sorted(texts)).encode(), False)
    files[info + "WHEEL"] = (_wheel(tag).encode(), False)
    if ENTRY_POINTS:
        files[info + "entry_points.txt"] = (_entry_points().encode(), False)
    rows = [f"{name},sha256={_digest(content)},{len(content)}" for name, (content, _) in sorted(files.items())]
    files[info + "RECORD"] = ("\n".join([*rows, f"{info}RECORD,,", ""]).encode(), False)
    # dist-info stands last, as the specification of wheels asks for.
    order = sorted(files, key=lambda name: (name.startswith(info), name.endswith("RECORD"), name))
    path = folder / f"{distribution}-{tag}.whl"
    zip_file.write(path, [(name, *files[name]) for name in order], origin.time)
    return path


def _place(target: str, data: str) -> str:
    if target.startswith(PYTHON):
        return target[len(PYTHON) :]
    if target.startswith("bin/"):
        return data + "scripts/" + target[len("bin/") :]
    return data + "data/" + target


def _metadata(origin: Origin, licence_files: list[str]) -> str:
    return _METADATA.format(
        name=NAME,
        version=origin.version,
        licence=linked.licence_expression(),
        licence_files="\n".join(f"License-File: {name}" for name in licence_files),
        description=(ROOT / "README.md").read_text(),
    )


def _wheel(tag: str) -> str:
    return f"Wheel-Version: 1.0\nGenerator: fastest tools/package\nRoot-Is-Purelib: false\nTag: {tag}\n"


def _entry_points() -> str:
    lines = []
    for group, names in ENTRY_POINTS.items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in names.items()), ""]
    return "\n".join(lines)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
