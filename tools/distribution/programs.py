"""The programs as packages have them: stripped, and with the commit in --version."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from contents import ROOT

# The size of the section in base/version_text.cc.
_COMMIT_BYTES = 64

_BUILT = {
    "fastest": "bazel-bin/coordinator/fastest-coordinator",
    "fastest-agent": "bazel-bin/agent/fastest-agent",
}


def make(folder: Path, commit: str) -> None:
    """Writes fastest, fastest-agent and fastest-coordinator into `folder`."""
    label = folder / "commit"
    label.write_bytes(commit.encode()[: _COMMIT_BYTES - 1].ljust(_COMMIT_BYTES, b"\0"))
    for name, built in _BUILT.items():
        program = folder / name
        shutil.copyfile(ROOT / built, program)
        program.chmod(0o755)
        _run("strip", "--strip-all", "--remove-section=.comment", program)
        _run("objcopy", "--update-section", f"fastest_commit={label}", program)
    source = ROOT / "tools/distribution/launcher.c"
    launcher = folder / "fastest-coordinator"
    _run("gcc", "-Os", "-Wall", "-Wextra", "-Werror", "-s", "-Wl,--build-id=none", "-o", launcher, source)
    label.unlink()


def _run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True)
