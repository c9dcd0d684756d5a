import pytest
from actions import RECORD, act


def own(item, when, place):
    for mark in item.iter_markers("below"):
        if mark.args[:2] == (when, place):
            for what in mark.args[2:]:
                act(item, when, what)


class Orders:
    """Before and after all others."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        own(item, "setup", "first")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item):
        own(item, "call", "first")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        own(item, "teardown", "first")


def pytest_configure(config):
    config.pluginmanager.register(Orders(), "orders")


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item):
    item.stash[RECORD].append(("last", sorted(item.funcargs)))
    own(item, "setup", "last")


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item):
    item.stash[RECORD].append("last")
    own(item, "call", "last")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item):
    own(item, "teardown", "last")
