"""Import it before what drives a browser: that has an environment of its own, since pytest is not to meet it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _add():
    """Puts those packages after all others."""
    command = [ROOT / "tools/setup", "--python", "browser"]
    python = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    (packages,) = Path(python).parents[1].glob("lib/python*/site-packages")
    if str(packages) not in sys.path:
        sys.path.append(str(packages))


_add()
