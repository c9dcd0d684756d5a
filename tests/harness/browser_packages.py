"""Import it before what drives a browser: that has an environment of its own, since pytest is not to meet it."""

import sys
from pathlib import Path

from setup_tool import ask_setup


def _add():
    """Puts those packages after all others."""
    (packages,) = Path(ask_setup("--python", "browser")).parents[1].glob("lib/python*/site-packages")
    if str(packages) not in sys.path:
        sys.path.append(str(packages))


_add()
