"""Checks that a conftest has pytest rewrite."""


def check(value):
    assert value == [1, 2, 3]


def check_hidden(value):
    __tracebackhide__ = True
    assert value == [1, 2, 3]


def check_nested(value):
    check(value)
