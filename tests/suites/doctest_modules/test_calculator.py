from calculator import add


def test_add():
    """
    >>> add(1, 2)
    3
    """
    assert add(1, 2) == 3
