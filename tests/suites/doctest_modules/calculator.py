"""A module with examples.

>>> add(1, 1)
2
"""


def add(a, b):
    """Adds.

    >>> add(2, 3)
    5
    >>> add(2, 2)
    5
    """
    return a + b


def sub(a, b):
    """No example here."""
    return a - b


class Machine:
    """Holds a value.

    >>> Machine(3).value
    3
    """

    def __init__(self, value):
        self.value = value

    def boom(self):
        """Raises.

        >>> Machine(1).boom()
        Traceback (most recent call last):
            ...
        ValueError: boom
        """
        raise ValueError("boom")

    def left_out(self):
        """
        >>> Machine(1).nothing  # doctest: +SKIP
        """
