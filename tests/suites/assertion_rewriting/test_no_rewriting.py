"""PYTEST_DONT_REWRITE"""


def test_not_rewritten():
    value = 1
    assert value == 2
