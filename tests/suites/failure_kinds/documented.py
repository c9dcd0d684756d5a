"""Doctests that fail.

>>> 1
2
"""


def wrong():
    """
    >>> 1 + 1
    3
    """


def several():
    """
    >>> 1 + 1
    3
    >>> 2 + 2
    5
    """


def error():
    """
    >>> x = 1
    >>> x / 0
    1
    """


def other_error():
    """
    >>> int("x")
    Traceback (most recent call last):
    TypeError: another
    """


def no_error():
    """
    >>> 1
    Traceback (most recent call last):
    ValueError: expected
    """


def whitespace():
    """
    >>> print("a  b")
    a b
    """


def normalized():
    """
    >>> print("a  b")  # doctest: +NORMALIZE_WHITESPACE
    a c
    """


def ellipsis():
    """
    >>> print("abcdef")  # doctest: +ELLIPSIS
    a...x
    """


def blank_line():
    """
    >>> print("a\\n\\nb")
    a
    <BLANKLINE>
    c
    """


def differences():
    """
    >>> print("a\\nb\\nc")  # doctest: +REPORT_NDIFF
    a
    x
    c
    """


def unified():
    """
    >>> print("a\\nb\\nc")  # doctest: +REPORT_UDIFF
    a
    x
    c
    """


def number():
    """
    >>> 3.14159  # doctest: +NUMBER
    3.15
    """


def nothing():
    """
    >>> None
    1
    """


def something():
    """
    >>> 1
    """


def syntax():
    """
    >>> 1 +
    2
    """


def skipped():
    """
    >>> 1  # doctest: +SKIP
    2
    """


def fails():
    """
    >>> import pytest
    >>> pytest.skip("in a doctest")
    """


def not_ascii():
    """
    >>> "grüße"
    '漢字'
    """


class Documented:
    """
    >>> Documented().value
    4
    """

    value = 3

    def method(self):
        """
        >>> undefined
        """
