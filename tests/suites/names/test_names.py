import pytest


def test_ünïcode():
    pass


def test():
    pass


def testwithoutunderscore():
    pass


class Test:
    def test(self):
        pass


class Testing:
    def test_in_testing(self):
        assert 0


def test_default_argument(x=5):
    assert x == 5


def test_star_args(*args, **kwargs):
    assert not args and not kwargs


@pytest.fixture
def test_named_like_a_test():
    return 1


def test_uses_it(test_named_like_a_test):
    assert test_named_like_a_test == 1
