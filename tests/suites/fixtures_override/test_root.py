import pytest


def test_root(greeting, request):
    assert greeting == "hello root"
    assert request.node.trail == ["root"]


class TestInClass:
    @pytest.fixture
    def name(self, name):
        return f"{name} class"

    def test_class(self, greeting):
        assert greeting == "hello root class"


@pytest.mark.parametrize("name", ["param"])
def test_param(greeting):
    assert greeting == "hello param"
