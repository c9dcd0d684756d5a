"""Hooks that see reports and do with them whatever the test's marks ask for."""

import logging
import os

import pytest

LOG = logging.getLogger("reports")
SEEN = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # As in pytest's own recipe: fixtures are to know how their test went.
    setattr(item, f"report_of_{report.when}", report)
    for mark in item.iter_markers("report"):
        if mark.args[0] == report.when:
            for what in mark.args[1:]:
                change(item, call, report, what)
    return report


def change(item, call, report, what):
    if what == "print":
        # Nothing is captured between two phases.
        print(f"between phases: {report.when}")
    elif what == "log":
        LOG.warning("between phases: %s", report.when)
    elif what == "section":
        report.sections.append((f"of {report.when}", "added by a hook"))
    elif what == "property":
        report.user_properties.append((report.when, call.when))
    elif what == "variable":
        report.user_properties.append(("variable", os.environ.get("PYTEST_CURRENT_TEST")))
    elif what == "failed":
        report.outcome = "failed"
        report.longrepr = f"{report.when} is said to have failed"
    elif what == "passed":
        report.outcome = "passed"
        report.longrepr = None
    elif what == "skipped":
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 7, "Skipped: by a hook")
    elif what == "xfail":
        report.outcome = "skipped"
        report.wasxfail = "by a hook"
    elif what == "exception":
        report.outcome = "failed"
        call.excinfo = pytest.ExceptionInfo.from_exc_info((ValueError, ValueError("of a hook"), None))
        report.longrepr = "an exception of a hook"
    elif what == "seen":
        report.user_properties.append(("seen", list(SEEN)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_logreport(report):
    SEEN.append((report.nodeid, report.when, report.outcome))
    del SEEN[:-4]
    yield


def pytest_report_teststatus(report):
    if any(name == "of a kind of its own" for name, _ in report.user_properties) and report.when == "call":
        return "peculiar", "P", "PECULIAR"
    return None


@pytest.fixture
def knows(request):
    yield
    print(f"set up: {request.node.report_of_setup.outcome}")
    print(f"called: {request.node.report_of_call.outcome}")
    if request.node.report_of_call.failed:
        raise RuntimeError("the test has failed")
