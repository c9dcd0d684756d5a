"""Checks that pytest does not rewrite."""


def check(value):
    assert value == [1, 2, 3]


def check_with_message(value):
    assert value > 3, f"too small: {value}"


def raise_deep(depth):
    if depth:
        raise_deep(depth - 1)
    raise LookupError("from below")
