def test_four():
    pass


def test_five():
    pass
