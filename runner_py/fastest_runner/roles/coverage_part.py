"""Prepares pytest-cov before it starts: it measures no module of the runner, and keeps other workers' data."""

from __future__ import annotations

import os
from typing import Any

from .. import FOLDER

# coverage.py follows links.
_HERE = os.path.dirname(os.path.realpath(os.path.join(FOLDER, "__init__.py")))
_OURS = (f"{_HERE}/*", f"{_HERE}/**/*")


def leave_out_runner(options: Any) -> None:
    """Has coverage.py not measure Fastest. If no sources are named, it measures all that is not installed.

    `options` are the options that are known before conftests are loaded.
    """
    if not getattr(options, "cov_source", None):
        return
    try:
        from coverage import Coverage
    except ImportError:
        # pytest-cov tells the user.
        return
    start = Coverage.start

    def start_without_runner(self: Any) -> None:
        omitted = list(self.get_option("run:omit") or ())
        if _OURS[0] not in omitted:
            self.set_option("run:omit", [*omitted, *_OURS])
        start(self)

    Coverage.start = start_without_runner


def keep_data(options: Any) -> None:
    """Has a worker's session keep old data: other workers may have written it. The control session deletes old data.

    The option matters only to what pytest-cov does before it knows that it is in a worker.
    """
    if hasattr(options, "cov_append"):
        options.cov_append = True
