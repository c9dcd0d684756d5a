"""Makes selenium importable. Import this module first.

selenium has its own environment, which keeps its packages away from pytest.
"""

import sys
from pathlib import Path

from setup_tool import ask_setup


def _add():
    """Appends the folder of these packages to the path, after all others."""
    (packages,) = Path(ask_setup("--python", "browser")).parents[1].glob("lib/python*/site-packages")
    if str(packages) not in sys.path:
        sys.path.append(str(packages))


_add()
