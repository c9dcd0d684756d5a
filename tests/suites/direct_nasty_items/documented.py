"""
>>> documented()
1
"""


def documented():
    """
    >>> documented()
    1
    >>> documented() + 1
    3
    """
    return 1


def raising():
    """
    >>> raising()
    Traceback (most recent call last):
        ...
    ValueError: expected
    >>> 1 / 0
    """
    raise ValueError("expected")


def with_fixture():
    """
    >>> monkeypatch = getfixture("monkeypatch")
    >>> capsys = getfixture("capsys")
    >>> getfixture("unknown")
    """
