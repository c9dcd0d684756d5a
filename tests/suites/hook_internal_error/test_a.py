def test_before():
    pass


def test_breaks():
    pass


def test_never():
    raise AssertionError("never runs")
