def test_a1():
    pass


def test_a2():
    assert 0


def test_a3():
    pass
