"""Hooks of a test's phases that do whatever the test's marks ask for, and keep a record of what they saw."""

import pytest
from actions import RECORD, act


def pytest_configure(config):
    config.addinivalue_line("markers", "hook(when, *what): what the hooks do")


def pytest_runtest_setup(item):
    item.stash[RECORD] = ["setup"]
    if mark := getattr(item, "callspec", None) and item.callspec.params.get("mark"):
        act(item, "setup", mark)
    for mark in item.iter_markers("hook"):
        if mark.args[0] == "setup":
            for what in mark.args[1:]:
                act(item, "setup", what)


def pytest_runtest_call(item):
    item.stash[RECORD].append("call")
    for mark in item.iter_markers("hook"):
        if mark.args[0] == "call":
            for what in mark.args[1:]:
                act(item, "call", what)


def pytest_runtest_teardown(item):
    for mark in item.iter_markers("hook"):
        if mark.args[0] == "teardown":
            for what in mark.args[1:]:
                act(item, "teardown", what)


@pytest.fixture
def late():
    print("a late fixture")


@pytest.fixture
def record(request):
    return request.node.stash[RECORD]
