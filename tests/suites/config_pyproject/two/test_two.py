def test_two():
    pass


def test_out():
    raise AssertionError("deselected by addopts")
