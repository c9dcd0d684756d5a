import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "turn(outcome): what the hook makes of it")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    mark = item.get_closest_marker("turn")
    if mark and call.when == "call":
        report.outcome = mark.args[0]
        report.longrepr = "turned" if mark.args[0] == "failed" else None
    report.extra_attribute = 1


def pytest_report_teststatus(report, config):
    if report.when == "call" and report.passed and "slowish" in report.nodeid:
        return "slowish", "s", "SLOWISH"
    return None


def pytest_runtest_call(item):
    item.called = True


def pytest_pyfunc_call(pyfuncitem):
    if pyfuncitem.name == "test_called_by_hook":
        return True
    return None


def pytest_make_parametrize_id(config, val, argname):
    if isinstance(val, frozenset):
        return f"set-of-{len(val)}"
    return None


def pytest_pycollect_makeitem(collector, name, obj):
    if name == "not_a_test_name":
        return pytest.Function.from_parent(collector, name=name)
    return None


def pytest_runtest_protocol(item, nextitem):
    if item.name == "test_swallowed":
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        report = pytest.TestReport(nodeid=item.nodeid, location=item.location, keywords={}, outcome="passed", longrepr=None, when="call")
        item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
    return None
