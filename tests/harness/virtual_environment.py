"""A virtual environment for one test, which the test may change."""

import subprocess
import sys
from pathlib import Path

import pytest


def beside_pytest(folder: Path) -> Path:
    """Makes a virtual environment in `folder` with the packages that stand beside pytest here. Returns the folder."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # Made now: if Python made this folder at its start, the environment would count as changed.
    (site / "__pycache__").mkdir()
    for package in Path(pytest.__file__).parents[1].iterdir():
        if package.suffix != ".pth" and not (site / package.name).exists():
            (site / package.name).symlink_to(package)
    return folder
