import pytest


@pytest.mark.from_root
def test_top(level, request):
    assert level == "root"
    assert request.node.trail == ["root"]
