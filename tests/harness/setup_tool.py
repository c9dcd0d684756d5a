"""Asks tools/setup for the path of what it has installed."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ask_setup(*question):
    """The answer of tools/setup, for instance to ("--python", "plugins")."""
    command = [ROOT / "tools/setup", *question]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
