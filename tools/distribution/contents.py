"""What is in the packages: one table.

A target is a path below the prefix of an installation (an environment, /usr, /opt/fastest). Targets below PYTHON go
where the environment's interpreter looks for modules; only wheels have these.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
NAME = "fastest-coordinator"
PYTHON = "python/"

# (source, target). A source is a file or a pattern below the checkout, or below the folder of what was made for
# packages if it begins with "made/". A target that ends with "/" is a folder.
TABLE = (
    # The program itself, so that it starts as fast as the one in bazel-bin.
    ("made/fastest", "bin/fastest"),
    # It only becomes `fastest`. A second copy would take 8 MB.
    ("made/fastest-coordinator", "bin/fastest-coordinator"),
    ("made/fastest-agent", "bin/fastest-agent"),
    # The agent looks for it here (agent/workers/runner_location.cc).
    ("runner_py/fastest_runner/**/*.py", "lib/fastest/fastest_runner/"),
    ("runner_py/fastest/*.py", PYTHON + "fastest/"),
    # Manual pages, and completions for bash, zsh and fish.
    ("made/share/**/*", "share/"),
)

# What packages for a whole machine have beside it. UNIT is no path below the prefix.
UNIT = "fastest-agent.service"
MACHINE_TABLE = (
    ("deploy/systemd/fastest-agent.service", UNIT),
    ("docs/farm.md", "share/doc/fastest/farm.md"),
)

# entry_points.txt of the wheel: group -> {name: object}.
ENTRY_POINTS: dict[str, dict[str, str]] = {"pytest11": {"fastest": "fastest.pytest_plugin"}}


class Entry(NamedTuple):
    target: str
    data: bytes
    executable: bool


def entries(made: Path) -> list[Entry]:
    """Returns all files of TABLE, sorted by target. `made`: the folder of what was made for packages."""
    return _entries(TABLE, made)


def machine_entries(made: Path) -> list[Entry]:
    """The same for a package that is for a whole machine, and not for an environment of Python."""
    common = [entry for entry in TABLE if not entry[1].startswith(PYTHON)]
    return _entries((*common, *MACHINE_TABLE), made)


def _entries(table: tuple[tuple[str, str], ...], made: Path) -> list[Entry]:
    found = {}
    for source, target in table:
        base, pattern = (made, source[len("made/") :]) if source.startswith("made/") else (ROOT, source)
        paths = sorted(path for path in base.glob(pattern) if path.is_file())
        if not paths:
            raise SystemExit(f"package: nothing is there for {source}")
        fixed = base / pattern.split("*")[0].rpartition("/")[0]
        for path in paths:
            name = target + path.relative_to(fixed).as_posix() if target.endswith("/") else target
            found[name] = Entry(name, path.read_bytes(), name.startswith("bin/"))
    return [found[name] for name in sorted(found)]
