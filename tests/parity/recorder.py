"""Runs genuine pytest and writes down the outcome of every test.

    python recorder.py OUTPUT [PYTEST ARGUMENT]...

The session is the same as with the `pytest` command: same sys.path, same arguments, no further plugin on the command
line. The only addition is one plugin object that listens. OUTPUT gets one Python literal a line, in the order of the
events:

    ("start", nodeid)
    ("report", nodeid, when, outcome, xfail, subtest, text)
    ("collect", nodeid, outcome, text)
"""

import contextlib
import os
import sys

# Test projects may patch the standard library, so the original functions are kept.
_ascii = ascii
_open, _write, _close = os.open, os.write, os.close


class Recorder:
    def __init__(self):
        self.lines = []

    def pytest_runtest_logstart(self, nodeid):
        self.lines.append(("start", nodeid))

    def pytest_runtest_logreport(self, report):
        context = getattr(report, "context", None)
        subtest = None if context is None else (context.msg, dict(context.kwargs))
        xfail = hasattr(report, "wasxfail")
        text = report.longreprtext if not report.passed else ""
        self.lines.append(("report", report.nodeid, report.when, report.outcome, xfail, subtest, text))

    def pytest_collectreport(self, report):
        if report.outcome != "passed":
            self.lines.append(("collect", report.nodeid, report.outcome, report.longreprtext))

    def save(self, path):
        descriptor = _open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        data = "".join(_ascii(line) + "\n" for line in self.lines).encode("ascii")
        while data:
            data = data[_write(descriptor, data) :]
        _close(descriptor)


def main():
    output = os.path.abspath(sys.argv[1])
    scripts = os.path.dirname(sys.executable)
    sys.argv = [os.path.join(scripts, "pytest"), *sys.argv[2:]]
    # The pytest command has this folder there.
    sys.path[0] = scripts
    import _pytest.config
    import pytest

    recorder = Recorder()
    try:
        # A test must have as many frames below it as with the command, which no longer calls pytest.main.
        command = getattr(_pytest.config, "_main", None)
        status = command(plugins=[recorder], prog="pytest") if command else pytest.main(plugins=[recorder])
    finally:
        recorder.save(output)
    # A test may have closed the stream.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
