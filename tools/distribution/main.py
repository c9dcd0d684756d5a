"""tools/package calls this after the build: python main.py KIND FOLDER."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import completions
import contents
import deb
import manual
import origin
import programs
import tarball
import wheel


def main(kind: str, target: Path) -> None:
    where_from = origin.find()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        programs.make(made, where_from.commit)
        manual.write(made / "share/man/man1", where_from)
        completions.write(made / "share")
        if kind == "wheel":
            path = wheel.write(target, contents.entries(made), where_from)
        else:
            maker = {"deb": deb, "tarball": tarball}[kind]
            path = maker.write(target, contents.machine_entries(made), where_from)
    print(path)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
