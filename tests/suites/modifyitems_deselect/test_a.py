def test_quick():
    pass


def test_slow():
    raise AssertionError("deselected")
