"""An environment of a test's own, to be changed at will."""

import subprocess
import sys
from pathlib import Path

import pytest


def beside_pytest(folder: Path) -> Path:
    """Makes one in `folder` with the packages that are beside pytest here; gives the folder."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # Of its own, and there already: a folder that gets it while Python starts has changed.
    (site / "__pycache__").mkdir()
    for package in Path(pytest.__file__).parents[1].iterdir():
        if package.suffix != ".pth" and not (site / package.name).exists():
            (site / package.name).symlink_to(package)
    return folder
