"""The plugin behind `pytest --fastest`: Fastest's workers run the tests, and this process reports them.

pytest loads this module in every process of its own, so it imports nothing that costs time (tests/plugin/test_off.py).
What is needed where the option is given is in `called_run`.
"""

from __future__ import annotations

import importlib.util
import os
import sys

import pytest

# pytest-xdist's worker, a worker of Fastest, and a pytest that a test starts: the run above has given them their part.
_PARTS = ("PYTEST_XDIST_WORKER", "FASTEST_SLOT")


@pytest.hookimpl(trylast=True)
def pytest_addoption(parser, pluginmanager):
    group = parser.getgroup("fastest", "tests in parallel, by Fastest")
    group.addoption(
        "--fastest",
        action="store_true",
        default=False,
        help="run the tests by Fastest: in parallel, with this pytest's reports and exit code (Fastest's own options: "
        "variables such as FASTEST_RETRIES=2, or the settings file)",
    )
    if pluginmanager.is_blocked("xdist") or importlib.util.find_spec("xdist") is None:
        # pytest-xdist's options. Short options in lower case are for pytest and for those that know how.
        group._addoption(
            "-n",
            "--numprocesses",
            dest="fastest_workers",
            metavar="N",
            help="with --fastest: how many tests run at a time",
        )


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config, args):
    options = early_config.known_args_namespace
    if not options.fastest:
        if getattr(options, "fastest_workers", None) is not None:
            raise pytest.UsageError("-n needs --fastest, or pytest-xdist")
    elif not any(name in os.environ for name in _PARTS) and "_fastest_runner.worker" not in sys.modules:
        from . import called_run

        called_run.begin(early_config)
    yield
