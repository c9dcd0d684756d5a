import pytest


@pytest.fixture
def doubled(request):
    return request.param * 2


@pytest.fixture(params=["lite", "full"], ids=lambda p: p.upper())
def flavour(request):
    return request.param


@pytest.fixture(params=[0, pytest.param(1, marks=pytest.mark.skip(reason="one is out")), None])
def maybe(request):
    return request.param


@pytest.mark.parametrize("doubled", [1, 2], indirect=True)
def test_indirect(doubled):
    assert doubled in (2, 4)


@pytest.mark.parametrize("doubled, plain", [(1, 1), (2, 2)], indirect=["doubled"])
def test_partly_indirect(doubled, plain):
    assert doubled == plain * 2


def test_fixture_params(flavour):
    assert flavour != "full"


def test_product(flavour, maybe):
    assert flavour


@pytest.mark.parametrize("flavour", ["override"])
def test_direct_override(flavour):
    assert flavour == "override"


@pytest.mark.parametrize("flavour", ["given"], indirect=True)
def test_indirect_override(flavour):
    assert flavour == "given"
