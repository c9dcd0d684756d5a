def test_b():
    pass


def test_last_of_all():
    raise AssertionError("marked xfail because it comes last")
