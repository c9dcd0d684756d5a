"""What a package is made from: the version, the commit and the commit's time."""

from __future__ import annotations

import os
import re
import subprocess
from typing import NamedTuple

from contents import ROOT


class Origin(NamedTuple):
    version: str
    # "4f3c…", with "-changed" if files differ from the commit; empty outside of a checkout of git.
    commit: str
    # Seconds since 1970: the time of all files in packages.
    time: int


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def find() -> Origin:
    text = (ROOT / "base/version.h").read_text()
    version = re.search(r'kVersion\[\] = "([^"]+)"', text)[1]
    commit = _git("rev-parse", "HEAD")
    if commit and _git("status", "--porcelain", "--untracked-files=no"):
        commit += "-changed"
    # Zip files know no time before 1980.
    time = int(os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct") or 315532800)
    return Origin(version, commit, max(time, 315532800))
