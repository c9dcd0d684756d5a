"""tools/setup, asked where it has put something."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def ask_setup(*question):
    """The answer to ("--python", "plugins") and the like."""
    command = [ROOT / "tools/setup", *question]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
