def test_never_either():
    raise AssertionError("never runs")
