def test_3():
    pass


def test_4():
    pass
