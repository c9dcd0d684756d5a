import pytest


@pytest.fixture(scope="module", params=["one", "two"])
def resource(request):
    yield request.param


@pytest.fixture(scope="class", params=[1, 2])
def per_class(request):
    return request.param


def test_a(resource):
    assert resource


def test_without():
    pass


def test_b(resource):
    assert resource


@pytest.mark.parametrize("n", [1, 2])
def test_c(resource, n):
    assert n


class TestPerClass:
    def test_x(self, per_class):
        assert per_class

    def test_y(self, per_class, resource):
        assert per_class
