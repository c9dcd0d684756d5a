"""What has to be settled before pytest-cov starts: it measures no module of the runner, and spares others' data."""

from __future__ import annotations

import os
from typing import Any

from .. import FOLDER

# Where the files are that coverage.py sees: it follows links.
_HERE = os.path.dirname(os.path.realpath(os.path.join(FOLDER, "__init__.py")))
_OURS = (f"{_HERE}/*", f"{_HERE}/**/*")


def leave_out_runner(options: Any) -> None:
    """Has coverage.py not measure Fastest: without sources named it takes for the project's what is not installed.

    `options` are those that are known before conftests are loaded.
    """
    if not getattr(options, "cov_source", None):
        return
    try:
        from coverage import Coverage
    except ImportError:
        # pytest-cov says so.
        return
    start = Coverage.start

    def start_without_runner(self: Any) -> None:
        omitted = list(self.get_option("run:omit") or ())
        if _OURS[0] not in omitted:
            self.set_option("run:omit", [*omitted, *_OURS])
        start(self)

    Coverage.start = start_without_runner


def keep_data(options: Any) -> None:
    """Has a worker's session not delete data, which other workers may have left since: the control session does.

    Only what pytest-cov does before it knows that it is in a worker depends on this.
    """
    if hasattr(options, "cov_append"):
        options.cov_append = True
