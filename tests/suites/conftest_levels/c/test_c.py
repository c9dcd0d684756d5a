def test_c(level, request):
    assert level == "root"
    assert request.node.trail == ["root"]


def test_a_is_out_of_reach(only_a):
    raise AssertionError("never runs")
